# Copyright PythonPlus contributors.
"""The geometric mean of the ratios of all programs, and how sure it is.

Of speed.py's programs only, which have ratios turn by turn: a mean over rates
and latencies of other cases would mean nothing.
"""
import random

from . import pairs, stats

RESAMPLES = 1000
CONFIDENCE = 0.95


class Ratios:
    """The ratios to the first interpreter, {round: ratio} of each case."""

    def __init__(self, run, index):
        self.cases = [found for found in (
            pairs.ratios(run, case, index) for case in run.cases) if found]
        self.rounds = sorted({number for found in self.cases for number in found})

    def mean(self, rounds=None):
        """Return the geometric mean over the cases of the median over the rounds.

        With rounds, of these rounds only, as often as they are named.
        """
        rounds = self.rounds if rounds is None else rounds
        drawn = ([found[number] for number in rounds if number in found]
                 for found in self.cases)
        return stats.geometric_mean([stats.median(ratios) for ratios in drawn if ratios])

    def interval(self):
        """Return the confidence interval of mean(), None of a single round.

        The percentile bootstrap (Efron and Tibshirani, "An Introduction to
        the Bootstrap", 1993).  Whole rounds are drawn: what disturbed the
        machine in a round disturbed all programs.  The seed is fixed, so that
        the same values give the same interval.
        """
        if len(self.rounds) < 2:
            return None
        draw = random.Random(1)
        means = [self.mean(draw.choices(self.rounds, k=len(self.rounds)))
                 for _ in range(RESAMPLES)]
        rest = (1 - CONFIDENCE) / 2
        return stats.quantile(means, rest), stats.quantile(means, 1 - rest)


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
