# Copyright PythonPlus contributors.
"""What differs between the records of two interpreters."""
import collections
import dataclasses

from .outcomes import FILE

MISSING = "missing"


@dataclasses.dataclass
class Difference:
    """A case with two outcomes. What it came to when it was run again is added."""
    file: str
    case: str
    first: tuple
    alone: tuple = None     # only what differs of the file
    whole: tuple = None     # the whole file, nothing beside it

    @property
    def flaky(self):
        """Whether it did not differ again."""
        again = [pair for pair in (self.alone, self.whole) if pair]
        return bool(again) and all(a == b for a, b in again)


def outcomes(record):
    return record["cases"] if record else {FILE: MISSING}


def of_file(name, left, right):
    """Return the differences of two records of a file, each or None.

    Where the file itself ended differently, that alone counts: its cases follow.
    """
    left, right = outcomes(left), outcomes(right)
    if left[FILE] != right[FILE]:
        return [Difference(name, FILE, (left[FILE], right[FILE]))]
    pairs = ((case, (left.get(case, MISSING), right.get(case, MISSING)))
             for case in dict.fromkeys([*left, *right]))
    return [Difference(name, case, pair) for case, pair in pairs if pair[0] != pair[1]]


def of_runs(names, left, right):
    """Return the differences of {file: record} twice, for these files."""
    return [each for name in names for each in of_file(name, left.get(name), right.get(name))]


def counts(names, records):
    """Return (how files ended, how cases ended), two counters."""
    files, cases = collections.Counter(), collections.Counter()
    for name in names:
        found = outcomes(records.get(name))
        files[found[FILE]] += 1
        cases.update(outcome for case, outcome in found.items() if case != FILE)
    return files, cases


def failed_on_both(names, left, right):
    """Return "file case" of what fails on both: the machine or the base is why."""
    bad = ("failed", "crashed", "timed out", "unexpected success")
    return [f"{name} {case}" for name in names
            for case, outcome in outcomes(left.get(name)).items()
            if outcome in bad and outcome == outcomes(right.get(name)).get(case)]
