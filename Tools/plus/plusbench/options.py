# Copyright PythonPlus contributors.
"""The command line that the tools share, and its checks."""
import argparse
import fnmatch
import math

SECONDS_RANGE = (0.05, 600.0)
ROUNDS_RANGE = (1, 1000)
QUICK_ROUNDS = 1


class Parser(argparse.ArgumentParser):
    """Says what is wrong in one line; --help has the rest."""

    def error(self, message):
        self.exit(2, "%s: %s (see --help)\n" % (self.prog, message))


def parser(prog, description, seconds, rounds):
    result = Parser(prog=prog, description=description, allow_abbrev=False,
                    formatter_class=argparse.RawDescriptionHelpFormatter)
    add = result.add_argument
    add("--python", nargs="+", action="extend", metavar="[LABEL=]COMMAND",
        help="the interpreters to compare, each a path or a quoted command "
             "with options; default: the running one")
    add("--rounds", type=integer(*ROUNDS_RANGE), metavar="N",
        help="measurements of each case on each interpreter (default %d)" % rounds)
    add("--seconds", type=real(*SECONDS_RANGE), metavar="S",
        help="length of one measurement (default %g)" % seconds)
    add("--quick", action="store_true",
        help="one round of a few short cases: shows that all works, no more")
    add("--only", action="append", metavar="CASE[,CASE...]",
        help="these cases; * and ? as in file names")
    add("--list", action="store_true", help="list the cases and stop")
    add("--json", metavar="FILE", action="append", default=[],
        help="keep every value and the machine's data; may be repeated")
    add("--plot", metavar="FILE", help="draw the result: FILE ends in .svg or .png")
    add("--verbose", action="store_true",
        help="show also CPU time per event (all threads of the process), "
             "fairness, percentiles, failures")
    add("--stats", action="store_true",
        help="show also what the GIL's scheduler counted (PythonPlus only)")
    add("--limit", type=real(1, 86400), metavar="S",
        help="kill a child that takes longer (default 30 + 10 x --seconds)")
    return result


def integer(least, most):
    """Return a type for argparse: a whole number within a range."""
    def convert(text):
        try:
            value = int(text)
        except ValueError:
            value = None
        if value is None or not least <= value <= most:
            raise argparse.ArgumentTypeError(
                "%s is not a whole number from %d to %d" % (text, least, most))
        return value
    return convert


def real(least, most):
    """Return a type for argparse: a number within a range."""
    def convert(text):
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not least <= value <= most:
            raise argparse.ArgumentTypeError(
                "%s is not a number from %g to %g" % (text, least, most))
        return value
    return convert


class UnknownCase(Exception):
    """--only names no case."""


def select(cases, only, quick, names=lambda case: (case.name,)):
    """Return the cases that --only and --quick leave, in the table's order.

    names(case) are the names by which --only may call a case.
    """
    def matches(case, pattern):
        return any(fnmatch.fnmatchcase(name, pattern) for name in names(case))

    if not only:
        return [case for case in cases if case.quick or not quick]
    patterns = [name.strip() for text in only for name in text.split(",")]
    for pattern in patterns:
        if not any(matches(case, pattern) for case in cases):
            raise UnknownCase("--only %s: no such case; there are: %s" % (
                pattern, " ".join(case.name for case in cases)))
    return [case for case in cases
            if any(matches(case, pattern) for pattern in patterns)]
