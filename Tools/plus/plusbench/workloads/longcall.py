# Copyright PythonPlus contributors.
"""A thread that keeps the GIL in C for long, beside one that sleeps."""
import time

from plusbench.workloads import sleeper

TRIAL = 200000              # summands: some milliseconds


def summands(seconds):
    """Return how long a range sum() needs that long for."""
    times = []
    for _ in range(3):
        start = time.perf_counter()
        sum(range(TRIAL))
        times.append(time.perf_counter() - start)
    return max(1, int(TRIAL * seconds / min(times)))


def keep(work):
    """The sum of a range is one call: it does not look at drop requests."""
    numbers = range(summands(work.params["call_s"]))

    def hold():
        while work.going:
            sum(numbers)
    return (*sleeper.lateness(work), hold)
