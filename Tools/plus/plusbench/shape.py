# Copyright PythonPlus contributors.
"""What a file must hold, before anything is computed of it.

A rule is a function of a value and its name.  It raises TypeError, ValueError or KeyError
about what is not as it should be.
"""
import reprlib

LARGEST = 1e18              # of any number; those of ours are far below
DEEPEST = 30                # lists and dictionaries in each other


def number(least=-LARGEST, most=LARGEST):
    """Return the rule for a number within a range; NaN is in none."""
    def rule(value, name):
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise TypeError("%s is %s" % (name, reprlib.repr(value)))
        if not least <= value <= most:
            raise ValueError("%s is %s" % (name, reprlib.repr(value)))
    return rule


def whole(least=0):
    """Return the rule for a whole number."""
    within = number(least)

    def rule(value, name):
        within(value, name)
        if not isinstance(value, int):
            raise TypeError("%s is %r" % (name, value))
    return rule


def text(value, name):
    if not isinstance(value, str):
        raise TypeError("%s is %s" % (name, reprlib.repr(value)))


def anything(value, name):
    pass


def or_none(rule):
    """Return the rule for a value that may be None."""
    def checked(value, name):
        if value is not None:
            rule(value, name)
    return checked


def optional(rule):
    """Return the rule for a value that may be None, or may not be there."""
    checked = or_none(rule)
    checked.may_lack = True
    return checked


def each(rule, least=0):
    """Return the rule for a list of at least so many values."""
    def checked(value, name):
        if not isinstance(value, list):
            raise TypeError("%s is %s" % (name, reprlib.repr(value)))
        if len(value) < least:
            raise ValueError("%s: too short" % name)
        for one in value:
            rule(one, name)
    return checked


def mapping(rule):
    """Return the rule for a dictionary of such values, whatever their names."""
    def checked(value, name):
        if not isinstance(value, dict):
            raise TypeError("%s is %s" % (name, reprlib.repr(value)))
        for key, one in value.items():
            rule(one, key)
    return checked


def fields(**rules):
    """Return the rule for a dictionary with these keys, and others."""
    def checked(value, name):
        mapping(anything)(value, name)
        for key, rule in rules.items():
            if key in value:
                rule(value[key], key)
            elif not getattr(rule, "may_lack", False):
                raise KeyError(key)
    return checked


def check(rule, value):
    """Raise one of those errors unless the value is as the rule wants it."""
    _check_depth(value)
    rule(value, "the file")


def _check_depth(value):
    """Not recursively: what is too deep for that is what is looked for."""
    level = [value]
    for _ in range(DEEPEST):
        level = [one for each in level if isinstance(each, (list, dict))
                 for one in (each.values() if isinstance(each, dict) else each)]
    if level:
        raise ValueError("lists in lists, more than %d deep" % DEEPEST)
