# Copyright PythonPlus contributors.
"""CPU threads: what everything else is measured beside.

Each counts chunks of pure-Python iterations in its own cell, so that the
counts give throughput and fairness without a lock.
"""
import threading
import time

CHUNK_ITERATIONS = 1000     # some 30 us: fine enough for any window


def spin(iterations):
    x = 0
    for i in range(iterations):
        x = (x + i) & 0xFFFF
    return x


class CpuThreads:
    """A number of CPU threads, running from creation until stop()."""

    def __init__(self, number):
        self.chunks = [0] * number
        self.stopping = False
        self._start = threading.Barrier(number + 1)
        self._threads = [threading.Thread(target=self._run, args=(i,), daemon=True)
                         for i in range(number)]
        for thread in self._threads:
            thread.start()
        self._start.wait()

    def _run(self, index):
        chunks = self.chunks
        self._start.wait()
        while not self.stopping:
            spin(CHUNK_ITERATIONS)
            chunks[index] += 1

    def idents(self):
        return {thread.ident for thread in self._threads}

    def stop(self, limit=30):
        self.stopping = True
        for thread in self._threads:
            thread.join(limit)
            if thread.is_alive():
                raise RuntimeError("a CPU thread did not stop within %d s" % limit)


def solo_rate(make_cpu, number, warmup, seconds):
    """Return the chunks per second that this many CPU threads do alone.

    make_cpu is CpuThreads, or makes something like it.
    """
    threads = make_cpu(number)
    time.sleep(warmup)
    before, start = sum(threads.chunks), time.perf_counter()
    time.sleep(seconds)
    after, end = sum(threads.chunks), time.perf_counter()
    threads.stop()
    return (after - before) / (end - start)


def efficiency(work):
    """Workload: the CPU threads themselves, against one of them."""
    work.solo_threads = 1

    def values(window):
        iterations = sum(window.chunks) * CHUNK_ITERATIONS
        return {"e": window.share(), "rate": iterations / window.seconds}
    work.values = values
    work.events = lambda window: sum(window.chunks)
    return ()
