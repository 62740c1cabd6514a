# Copyright PythonPlus contributors.
"""The statistics of the tools.  Used by the driver and inside the children."""
import math


def quantile(values, q):
    """Return the q-quantile (0 <= q <= 1) of values, in their unit.

    Linear interpolation between order statistics: definition 7 in Hyndman
    and Fan, "Sample Quantiles in Statistical Packages" (1996).
    """
    if not values:
        raise ValueError("no values")
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)


def median(values):
    """Return the middle value, in the unit of values."""
    return quantile(values, 0.5)


def spread_percent(values):
    """Return half the interquartile range, in percent of the median.

    None where it says nothing: a single value, or a median of 0.  For
    normally distributed values it is 0.67 standard deviations; unlike the
    standard deviation it ignores the one round that the machine disturbed.
    """
    middle = median(values)
    if len(values) < 2 or not middle:
        return None
    return 50 * (quantile(values, 0.75) - quantile(values, 0.25)) / abs(middle)


def geometric_mean(ratios):
    """Return the geometric mean of ratios, all above 0; without unit.

    Unlike the arithmetic one it does not depend on which side is the base of
    the ratios (Fleming and Wallace, "How Not to Lie with Statistics", 1986).
    """
    return math.exp(sum(map(math.log, ratios)) / len(ratios))


def jain(amounts):
    """Return Jain's fairness index of the amounts, without unit.

    1 when all are equal, 1/n when one has everything.  Jain, Chiu and Hawe,
    "A Quantitative Measure of Fairness and Discrimination" (DEC-TR-301,
    1984).  Nothing done by anybody counts as fair.
    """
    squares = sum(amount * amount for amount in amounts)
    return sum(amounts) ** 2 / (len(amounts) * squares) if squares else 1.0
