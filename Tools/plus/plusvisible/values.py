# Copyright PythonPlus contributors.
"""What two runs may compare: a value as text, without what differs by chance."""
import os
import re
import sys

LIBRARY = os.path.dirname(os.path.dirname(os.path.abspath(sys.modules["encodings"].__file__)))

# An address, an identifier of a thread or process. Numbers that are values of a
# property have to be shorter, or be compared within it.
ADDRESS = re.compile(r"0x[0-9a-f]{4,}")
IDENTIFIER = re.compile(r"\b\d{5,}\b(?!\.)")


def text(value):
    """Return a value as text that is equal if a program sees the same."""
    shown = value if isinstance(value, str) else _plain(value)
    shown = shown.replace(LIBRARY, "LIB")
    return IDENTIFIER.sub("N", ADDRESS.sub("0x", shown))


def _plain(value):
    """repr(), but in an order of its own for what has none."""
    if type(value) is dict:
        return "{%s}" % ", ".join("%s: %s" % (_plain(key), _plain(item))
                                  for key, item in value.items())
    if type(value) in (set, frozenset):
        return "{%s}" % ", ".join(sorted(map(_plain, value)))
    if type(value) in (list, tuple):
        return ("[%s]" if type(value) is list else "(%s)") % ", ".join(map(_plain, value))
    return repr(value)
