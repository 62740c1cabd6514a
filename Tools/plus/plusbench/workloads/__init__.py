# Copyright PythonPlus contributors.
"""Code that runs inside the interpreter under test (and its clients).

It must run on CPython 3.8 and later and on PyPy, with the standard library
alone, and must not know PythonPlus: what it measures is the interpreter.
"""
