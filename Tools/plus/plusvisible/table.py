# Copyright PythonPlus contributors.
"""The table of properties: how one is written, and how the files of them are read.

A property is a function that returns what a program sees. Its name is
FILE.FUNCTION, or FILE.FUNCTION[ITEM] where one function stands for several.
"""
import glob
import importlib.util
import os

FOLDER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "properties")


class BadTable(Exception):
    """The files of properties cannot be read; the text says why."""


class Property:
    """A name, what to call for the value, and the rows of the page that it belongs to.

    A property without rows must be the same on both interpreters, one with rows must
    differ.
    """

    def __init__(self, name, function, arguments, ids):
        self.name = name
        self.ids = ids
        self._function = function
        self._arguments = arguments

    def value(self):
        return self._function(*self._arguments)


def shows(*ids, over=None, but=None):
    """Decorate a function that returns what a program sees.

    ids are the rows of the page with which it differs. With over, a list of strings,
    it is a property for each, which it gets as its argument; but gives the ids of
    those items that have others: {item: (id, ...)}.
    """
    if any(not isinstance(each, str) for each in ids):
        raise BadTable("shows%r: write @shows(), and ids as strings" % (ids,))
    if unknown := set(but or ()) - set(over or ()):
        raise BadTable("but=: %s is not in over=" % sorted(unknown))

    def mark(function):
        if hasattr(function.__globals__.get(function.__name__), "visible"):
            raise BadTable("two properties are called %s" % function.__name__)
        function.visible = (ids, over, but or {})
        return function
    return mark


def load(folder=FOLDER):
    """Return the properties of all files of a folder, in their order."""
    paths = sorted(glob.glob(os.path.join(glob.escape(folder), "[a-z]*.py")))
    if not paths:
        raise BadTable("%s: there are no files of properties in this folder" % folder)
    found = [each for path in paths for each in _read(path)]
    names = set()
    for each in found:
        if each.name in names:
            raise BadTable("%s: two properties have this name" % each.name)
        names.add(each.name)
    return found


def _read(path):
    topic = os.path.basename(path)[:-3]
    # A name of its own: a topic may be called as a module of the library is.
    spec = importlib.util.spec_from_file_location("visible_" + topic, path)
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        raise BadTable("%s: %s: %s" % (path, type(error).__name__, error))
    functions = [each for each in vars(module).values() if hasattr(each, "visible")]
    return [each for function in functions for each in _properties(topic, function)]


def _properties(topic, function):
    ids, over, but = function.visible
    name = "%s.%s" % (topic, function.__name__)
    if over is None:
        return [Property(name, function, (), ids)]
    return [Property("%s[%s]" % (name, item), function, (item,), but.get(item, ids))
            for item in over]
