#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Compare how fast interpreters run CPU-bound programs without threads.

Every program runs in fresh processes of all interpreters, which take turns,
for a number of rounds.  In the end stands the geometric mean of the ratios.

  speed.py --python stock=build/stock/python plus=build/plus/python

A new program is a module in plusbench/programs.
"""
import ast
import pathlib
import sys

from plusbench import lockstep, main
from plusbench.runner import Case

PROGRAMS = pathlib.Path(__file__).resolve().parent / "plusbench" / "programs"
QUICK = {"chacha", "database", "fannkuch", "jsoncode", "tasks"}


def title(path):
    """Return the first line of a module's docstring, without importing it."""
    return ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))).split("\n")[0]


class Speed(main.Tool):
    name = "speed.py"
    description = __doc__
    seconds, quick_seconds, rounds = 0.5, 0.05, 9
    run = lockstep.Lockstep

    def cases(self, opts):
        return [Case(path.stem, "program:" + path.stem, title(path), ("time",),
                     quick=path.stem in QUICK)
                for path in sorted(PROGRAMS.glob("[a-z]*.py"))]


if __name__ == "__main__":
    sys.exit(main.run(Speed()))
