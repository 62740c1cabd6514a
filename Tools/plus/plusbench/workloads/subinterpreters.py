# Copyright PythonPlus contributors.
"""Subinterpreters that compute, beside one that answers datagrams.

Each runs in a thread of its own, with a GIL of its own or all with the main
interpreter's.  They count in a piece of memory that all of them map: a cell
each, and the first one tells them to stop.
"""
import mmap
import sys
import tempfile

from plusbench.workloads import Unsupported, network
from plusbench.workloads.clients import MESSAGE_BYTES, python_client
from plusbench.workloads.cputhreads import CHUNK_ITERATIONS

CELL_BYTES = 8

COMPUTE = """
import mmap
cells = memoryview(mmap.mmap({file}, {size})).cast("Q")

def spin(iterations):
    x = 0
    for i in range(iterations):
        x = (x + i) & 0xFFFF

def run():
    while not cells[0]:
        spin({iterations})
        cells[{cell}] += 1
"""
ANSWER = """
import socket
sock = socket.socket(fileno={file})

def run():
    while True:
        message, peer = sock.recvfrom({size})
        if message == {stop!r}:
            return
        sock.sendto(message, peer)
"""


class Interpreters:
    """The module that has had three names and forms since 3.8."""

    def __init__(self):
        try:
            import _interpreters as api
        except ImportError:
            try:
                import _xxsubinterpreters as api
            except ImportError:
                raise Unsupported("this case needs subinterpreters, and this Python "
                                  "has none: CPython 3.8 and later has")
        self._api = api

    def create(self, own_gil):
        if self._api.__name__ == "_interpreters":
            return self._api.create("isolated" if own_gil else "legacy")
        if not own_gil and (3, 9) <= sys.version_info < (3, 13):
            # Seen on 3.9.18 to 3.12.1: one that computes keeps the GIL for good.
            raise Unsupported("CPython 3.9 to 3.12 does not take a shared GIL from one "
                              "subinterpreter for another: use 3.8, or 3.13 and later")
        if sys.version_info >= (3, 12):
            return self._api.create(isolated=own_gil)
        if own_gil:
            raise Unsupported("this case needs a GIL per subinterpreter: "
                              "CPython 3.12 and later has it")
        return self._api.create()

    def run(self, interpreter, script):
        if self._api.__name__ == "_interpreters":
            failure = self._api.exec(interpreter, script)
            if failure is not None:
                raise RuntimeError("in a subinterpreter: %s" % failure.formatted)
        else:
            self._api.run_string(interpreter, script)

    def destroy(self, interpreter):
        self._api.destroy(interpreter)


def compute_and_answer(work):
    number, own_gil = work.params["interpreters"], work.params["own_gil"]
    api = Interpreters()
    file = tempfile.TemporaryFile()
    size = CELL_BYTES * (1 + number)
    file.truncate(size)
    cells = memoryview(mmap.mmap(file.fileno(), size)).cast("Q")
    work.counts = cells[1:]
    sock, stop = network.udp_socket()
    port = sock.getsockname()[1]
    scripts = [COMPUTE.format(file=file.fileno(), size=size, cell=cell,
                              iterations=CHUNK_ITERATIONS)
               for cell in range(1, 1 + number)]
    scripts.append(ANSWER.format(file=sock.detach(), size=2 * MESSAGE_BYTES,
                                 stop=network.STOP))

    def body(script):
        interpreter = api.create(own_gil)
        api.run(interpreter, script)

        def run():
            api.run(interpreter, "run()")
            api.destroy(interpreter)
        return run

    def close():
        cells[0] = 1
        stop()
    bodies = [body(script) for script in scripts]
    work.client = python_client(work, "udp", port)
    work.closers.append(close)
    return bodies
