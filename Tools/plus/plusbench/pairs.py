# Copyright PythonPlus contributors.
"""Ratios of times that were taken in turns (lockstep.py), turn by turn."""
from . import stats


def ratios(run, case, index):
    """Return {round: ratio of the interpreter's time to the first one's}.

    The ratio of a round is the median over its turns.  The two times of a turn
    were taken a few milliseconds apart, at the same speed of the core: their
    ratios scatter far less than the times.  Empty where there are no turns.
    """
    found = {}
    for first in _turns(run, case, 0):
        for other in _turns(run, case, index):
            if _together(first, other):
                found[first["round"]] = stats.median(
                    [b / a for a, b in zip(first["raw"]["seconds_per_run"],
                                           other["raw"]["seconds_per_run"])])
    return found


def _turns(run, case, index):
    return [result for result in run.results
            if result["case"] == case.name and result["interpreter"] == index
            and result.get("raw", {}).get("seconds_per_run")]


def _together(first, other):
    """Rounds of two runs that compare.py puts together are not the same round."""
    return first["round"] == other["round"] and first["at"] == other["at"]
