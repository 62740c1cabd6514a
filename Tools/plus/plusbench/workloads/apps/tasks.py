# Copyright PythonPlus contributors.
"""Tasks: done over and over by some threads, each result compared."""
import time

WRONG_ALLOWED = 20          # of one thread; then it gives up


class Tasks:
    """Bodies of threads that do tasks; counts those that are right.

    do(number) does one task and returns whether the result is right; every
    thread gets numbers of its own.
    """

    def __init__(self, work, do, threads):
        self._work, self._do = work, do
        self._threads = threads
        self._done = [0] * threads
        self._wrong = [0] * threads
        work.read_ops = lambda: sum(self._done)
        others = work.values
        work.values = lambda window: dict(others(window), **self._values())

    def bodies(self):
        return [lambda index=index: self._run(index) for index in range(self._threads)]

    def _run(self, index):
        # The number 0 is the first task's, which tasks() does.
        work, number = self._work, index + 1
        clock, latencies = time.perf_counter, work.latencies
        while work.going:
            start = clock()
            problem = self._try(number)
            latencies.append(clock() - start)
            number += self._threads
            if problem is None:
                self._done[index] += 1
            else:
                self._wrong[index] += 1
                work.wrong.append(problem)
                if self._wrong[index] > WRONG_ALLOWED:
                    raise RuntimeError("too many tasks failed, the last one: " + problem)

    def _try(self, number):
        """Do a task; return what is wrong, or None."""
        try:
            return None if self._do(number) else "another result than the right one"
        except Exception as error:
            return "%s: %s" % (type(error).__name__, error)

    def _values(self):
        right, wrong = sum(self._done), sum(self._wrong)
        return {"right": right, "asked": right + wrong, "failed": wrong}


def tasks(work, do, threads=1, first=True):
    """Return the bodies of threads that do tasks until the window is over.

    The first task is done here already, unless another body has to help: it
    may import or connect what the others use.
    """
    if first and not do(0):
        raise RuntimeError("the result of the first task is wrong")
    return Tasks(work, do, threads).bodies()
