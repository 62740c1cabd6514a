# Copyright PythonPlus contributors.
"""Run what differs again, with nothing beside it: by itself, and its whole file.

By itself shows whether the neighbours were to blame, those in the file too; the
whole file shows whether it differs only after what runs before it.
"""
import glob
import itertools

from .difference import MISSING, outcomes
from .outcomes import FILE


def pattern(case):
    """Return what chooses a case by regrtest's -m."""
    scope, _, name = case.rpartition(".")
    if name in ("setUpClass", "tearDownClass"):
        return "*" + glob.escape(scope) + ".*"
    return "*" + glob.escape(case).replace("0x", "0x*")


def run(runner, commands, found, keep):
    """Fill in alone and whole of the differences found, in order of files.

    keep(position, name, text) gets what each run printed.
    """
    for name, group in itertools.groupby(found, lambda each: each.file):
        group = list(group)
        if not any(each.case == FILE for each in group):
            patterns = [pattern(each.case) for each in group]
            for each, pair in zip(group, pairs(runner, commands, name, patterns, group, keep)):
                each.alone = pair
        for each, pair in zip(group, pairs(runner, commands, name, (), group, keep)):
            each.whole = pair


def pairs(runner, commands, name, patterns, group, keep):
    """Return the outcomes of the group's cases on both interpreters."""
    both = []
    for position, command in enumerate(commands):
        record, text = runner.run(command, name, patterns)
        keep(position, name, text)
        both.append(outcomes(record))
    # A file of which only skipped cases are left ran no tests, or was skipped.
    return [tuple(found.get(each.case, MISSING) for found in both) for each in group]
