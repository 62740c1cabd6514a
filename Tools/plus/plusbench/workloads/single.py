# Copyright PythonPlus contributors.
"""The speed of one program, alone in its process: no thread is ever started.

The first run warms up and is checked; then the number of runs per value is
chosen so that a value is long against the clock, and VALUES of them are taken.
"""
import importlib
import math
import time

from plusbench import stats

VALUES = 5                  # their median is the process's value


def measure(name, seconds):
    """Return values, events and raw data of the program, in about so many seconds."""
    program = importlib.import_module("plusbench.programs." + name)
    check(program, name)
    # The second run is the first one with warm caches and specialised code.
    loops = max(1, math.ceil(seconds / VALUES / timed(program.run, 1)))
    times = [timed(program.run, loops) / loops for _ in range(VALUES)]
    return {"values": {"time": stats.median(times) * 1e3}, "events": VALUES * loops,
            "raw": {"loops": loops, "seconds_per_run": times}}


def check(program, name):
    """A program that computes something else is faster or slower for nothing."""
    result = program.run()
    if result != program.EXPECTED:
        raise RuntimeError("%s gave %r, not %r" % (name, result, program.EXPECTED))


def timed(run, loops):
    start = time.perf_counter()
    for _ in range(loops):
        run()
    return time.perf_counter() - start
