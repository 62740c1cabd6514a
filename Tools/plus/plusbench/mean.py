# Copyright PythonPlus contributors.
"""The geometric mean of the ratios of all cases, and how sure it is."""
import random

from . import stats

RESAMPLES = 1000
CONFIDENCE = 0.95


class Ratios:
    """The values of one metric on two interpreters, by round."""

    def __init__(self, run, index):
        self.cases = []         # [({round: value} on [1], {round: value} on the other)]
        for case in cases(run):
            columns = [_by_round(run, case, place) for place in (0, index)]
            if all(columns):
                self.cases.append(columns)
        self.rounds = sorted({number for columns in self.cases for column in columns
                              for number in column})

    def mean(self, rounds=None):
        """Return the geometric mean over the cases of the ratio of the medians.

        With rounds, of these rounds only, as often as they are named.
        """
        rounds = self.rounds if rounds is None else rounds
        found = []
        for columns in self.cases:
            first, other = ([column[number] for number in rounds if number in column]
                            for column in columns)
            if first and other:
                found.append(stats.median(other) / stats.median(first))
        return stats.geometric_mean(found)

    def interval(self):
        """Return the confidence interval of mean(), None of a single round.

        The percentile bootstrap (Efron and Tibshirani, "An Introduction to
        the Bootstrap", 1993).  Whole rounds are drawn: what disturbed the
        machine in a round disturbed all cases and both interpreters.  The
        seed is fixed, so that the same values give the same interval.
        """
        if len(self.rounds) < 2:
            return None
        draw = random.Random(1)
        means = [self.mean(draw.choices(self.rounds, k=len(self.rounds)))
                 for _ in range(RESAMPLES)]
        rest = (1 - CONFIDENCE) / 2
        return stats.quantile(means, rest), stats.quantile(means, 1 - rest)


def _by_round(run, case, index):
    metric = case.metrics[0]
    return {result["round"]: result["values"][metric] for result in run.results
            if result["case"] == case.name and result["interpreter"] == index}


def cases(run):
    """Return the cases that there is a mean of: the programs of speed.py.

    A mean over rates and latencies of other cases would mean nothing.
    """
    return [case for case in run.cases if case.metrics == ("time",)]


def lines(run):
    """Return the lines below the table about every interpreter but the first."""
    found = []
    for index in range(1, len(run.interpreters)):
        ratios = Ratios(run, index)
        if ratios.cases:
            found.append(_line(index, ratios))
    return [""] * bool(found) + found


def _line(index, ratios):
    text = "Geometric mean of x[1] on [%d], %d case%s: %.4f" % (
        index + 1, len(ratios.cases), "s" * (len(ratios.cases) > 1), ratios.mean())
    interval = ratios.interval()
    if interval:
        text += " (%.0f %% confidence: %.4f to %.4f)" % ((100 * CONFIDENCE,) + interval)
    return text
