# Copyright PythonPlus contributors.
"""CPU threads in another process than the one that counts what they do.

They wait on a pipe until they are wanted, and count in shared memory.
"""
import mmap
import os
import threading

from plusbench.workloads.cputhreads import CHUNK_ITERATIONS, spin


class Cells:
    """What the two processes share: how many CPU threads run, what each did."""

    def __init__(self, number):
        self._cells = memoryview(mmap.mmap(-1, 8 * (number + 1))).cast("Q")
        self.number = number
        self.wake, self._waker = os.pipe()

    @property
    def running(self):
        return self._cells[0]

    def start(self, number):
        self._cells[0] = number
        os.write(self._waker, b"x" * self.number)

    def stop(self):
        self._cells[0] = 0

    def count(self, index):
        self._cells[index + 1] += 1

    @property
    def chunks(self):
        return self._cells[1:].tolist()


class CpuElsewhere:
    """As cputhreads.CpuThreads, for threads that start_cpu_threads() started."""

    def __init__(self, cells, number):
        self._cells = cells
        self._before = cells.chunks
        cells.start(number)

    @property
    def chunks(self):
        return [after - before for before, after in zip(self._before, self._cells.chunks)]

    def idents(self):
        return set()

    def stop(self):
        self._cells.stop()


def start_cpu_threads(cells):
    """Start this process's CPU threads; they sleep until they are wanted."""
    for index in range(cells.number):
        threading.Thread(target=_count, args=(cells, index), daemon=True).start()


def _count(cells, index):
    while os.read(cells.wake, 1):
        while cells.running > index:
            spin(CHUNK_ITERATIONS)
            cells.count(index)
