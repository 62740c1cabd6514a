# Copyright PythonPlus contributors.
"""CPU-bound programs without threads, for speed.py.

Each module has run(), which takes 5 to 30 ms, does the same at every call and
returns a result that a change of its amount or its arithmetic would change;
and EXPECTED, that result.  The first line of its docstring is its title.
"""
