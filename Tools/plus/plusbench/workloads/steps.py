# Copyright PythonPlus contributors.
"""A thread beside CPU threads that does the same work in steps, and lets go
of the GIL for a moment after each.

It counts in the CPU threads' unit, the chunk, so that all can be compared.
"""
import os
import time

from plusbench.workloads.cputhreads import CHUNK_ITERATIONS, spin

CHUNKS_PER_STEP = 2         # about 100 us
LITTLE_ITERATIONS = 200     # about 10 us: a tenth of what sleep(0) takes


def system_call(work):
    """As much work as a CPU thread, with a call that never blocks per step."""
    work.counts = counts = [0]

    def body():
        with open(os.devnull, "wb", buffering=0) as sink:
            while work.going:
                for _ in range(CHUNKS_PER_STEP):
                    spin(CHUNK_ITERATIONS)
                sink.write(b"x")        # releases the GIL, returns at once
                counts[0] += CHUNKS_PER_STEP
                work.ops += 1
    return (body,)


def sleep_zero(work):
    """Little work, then time.sleep(0): a thread that wants little."""
    work.alone = True

    def body():
        while work.going:
            spin(LITTLE_ITERATIONS)
            time.sleep(0)
            work.ops += 1
    return (body,)
