# Copyright PythonPlus contributors.
"""The speed of one program, alone in its process: no thread is ever started.

The driver lets the processes of all interpreters take turns (lockstep.py): a
line on standard input is a turn, and a turn is one run of the program.
"""
import importlib
import json
import sys
import time

from plusbench import stats


def serve(name, turns=sys.stdin, out=sys.stdout):
    """Warm up, say so, run once per turn; return values, events and raw data."""
    program = importlib.import_module("plusbench.programs." + name)
    check(program, name)
    # The first run imported and specialised what the next ones use.
    say(out, timed(program.run))
    times = []
    for _ in turns:
        times.append(timed(program.run))
        say(out, times[-1])
    if not times:
        raise RuntimeError("no turn came")
    return {"values": {"time": stats.median(times) * 1e3}, "events": len(times),
            "raw": {"seconds_per_run": times}}


def check(program, name):
    """A program that computes something else is faster or slower for nothing."""
    result = program.run()
    if result != program.EXPECTED:
        raise RuntimeError("%s gave %r, not %r" % (name, result, program.EXPECTED))


def timed(run):
    start = time.perf_counter()
    run()
    return time.perf_counter() - start


def say(out, seconds):
    out.write(json.dumps(seconds) + "\n")
    out.flush()
