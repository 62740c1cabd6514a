# Copyright PythonPlus contributors.
"""Run files on two interpreters in turns, several at a time."""
import concurrent.futures
import threading
import time

from .files import Stopped


class Both:
    """Gives to each thread that asks the next (position, file) to run.

    A file is never run on both interpreters at once: the two might want the same
    port or the same name.
    """

    def __init__(self, todo):
        self._todo = list(todo)
        self._running = set()
        self._lock = threading.Condition()

    def take(self):
        """Return the next (position, name), or None when there is none left."""
        with self._lock:
            while self._todo:
                for job in self._todo:
                    if job[1] not in self._running:
                        self._todo.remove(job)
                        self._running.add(job[1])
                        return job
                self._lock.wait()
            return None

    def done(self, job):
        with self._lock:
            self._running.discard(job[1])
            self._lock.notify_all()

    def stop(self):
        with self._lock:
            self._todo.clear()
            self._lock.notify_all()


def run(runner, commands, todo, jobs, keep):
    """Run each (position, name) of todo; keep(position, name, record, text) each.

    Raises Stopped when runner.stop() was called.
    """
    both = Both(todo)

    def work():
        while job := both.take():
            position, name = job
            try:
                record, text = runner.run(commands[position], name)
            finally:
                both.done(job)
            keep(position, name, record, text)

    with concurrent.futures.ThreadPoolExecutor(jobs) as pool:
        working = [pool.submit(work) for _ in range(jobs)]
        try:
            for each in working:
                each.result()
        except BaseException as error:
            both.stop()
            runner.stop()
            if isinstance(error, KeyboardInterrupt):
                raise Stopped from None
            raise


def order(names_of_both, done_of_both):
    """Return [(position, name)] of what is not done: the interpreters take turns."""
    names = dict.fromkeys(name for names in names_of_both for name in names)
    return [(position, name) for name in names for position in (0, 1)
            if name in names_of_both[position] and name not in done_of_both[position]]


class Progress:
    """A line for each file that has run."""

    def __init__(self, labels, total):
        self._labels = labels
        self._total = total
        self._done = 0
        self._start = time.monotonic()
        self._lock = threading.Lock()

    def show(self, position, name, record, state):
        with self._lock:
            self._done += 1
            minutes = (time.monotonic() - self._start) / 60
            print("%3d min [%d/%d] %s on %s: %s, %d cases, %.0f s" % (
                minutes, self._done, self._total, name, self._labels[position], state,
                len(record["cases"]) - 1, record["seconds"]), flush=True)
