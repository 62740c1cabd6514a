# Copyright PythonPlus contributors.
"""Releases of the GIL: what one costs, and how long it may last."""
from plusbench.workloads import native

BATCH = 10000               # a millisecond at most: the loop around is nothing


def cost(work):
    """Nobody else wants the GIL: what a release and a take cost by themselves."""
    release_take = native.load("releases").release_take

    def body():
        while work.going:
            release_take(BATCH)
            work.ops += BATCH
    work.values = lambda window: {
        "ns": window.seconds / window.ops * 1e9 if window.ops else None}
    return (body,)


def sweep(work):
    """A thread that does nothing but release the GIL, for a given time."""
    release_for, length = native.load("releases").release_for, work.params["ns"]
    work.alone = True

    def body():
        while work.going:
            release_for(length)
            work.ops += 1
    return (body,)
