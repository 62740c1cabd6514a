# Copyright PythonPlus contributors.
"""Code that runs inside the interpreter under test (and its clients).

It must run on CPython 3.8 and later and on PyPy, with the standard library
alone, and must not know PythonPlus: what it measures is the interpreter.
"""


class Unsupported(Exception):
    """This interpreter or this machine lacks what a case needs; the text says
    what, and how to get it.  Raised by the workload function."""
