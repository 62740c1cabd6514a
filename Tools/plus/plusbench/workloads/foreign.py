# Copyright PythonPlus contributors.
"""A thread that Python did not create takes the GIL by PyGILState_Ensure()."""
import threading

from plusbench.workloads import native


def ensure(work):
    foreign = native.load("foreign")
    enough = threading.Event()
    work.read_ops = foreign.count
    work.closers.append(enough.set)

    def body():
        foreign.start(work.params["depth"])
        enough.wait()
        foreign.stop()
    return (body,)
