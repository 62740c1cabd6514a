"""Nothing is left behind: memory blocks after many waits of each kind."""

import gc
import queue
import sys
import threading
import unittest
from test.support import threading_helper
from test.support.plus_helper import run_threads

threading_helper.requires_working_threading(module=True)

TIMES = 300
SLACK = 150     # blocks: a leak grows by TIMES at least


class Raises:
    def __init__(self):
        self.lock = threading.Lock()
        self.acquire, self.release = self.lock.acquire, self.lock.release

    def _release_save(self):
        raise ZeroDivisionError

    def _is_owned(self):
        return True


def fails(function, *args, **kwargs):
    try:
        function(*args, **kwargs)
    except Exception:
        return
    raise AssertionError


def locks():
    for lock in threading.Lock(), threading.RLock():
        with lock:
            pass
        lock.acquire()
        run_threads([lambda: lock.acquire(timeout=0.00001)])
        lock.release()
        fails(lock.release)
        fails(lock.acquire, timeout="x")


def conditions():
    for lock in threading.Lock(), threading.RLock(), threading._PyRLock():
        cond = threading.Condition(lock)
        fails(cond.wait)
        with cond:
            cond.wait(0.00001)
            cond.wait_for(lambda: [], 0.00001)
            cond.notify_all()
            fails(cond.wait, "x")
            fails(cond.wait_for, 1)
            repr(cond)
        cond.itself = cond


def hand_overs():
    cond, turn = threading.Condition(), [0]

    def play(me):
        for _ in range(3):
            with cond:
                cond.wait_for(lambda: turn[0] == me)
                turn[0] = 1 - me
                cond.notify()

    run_threads([lambda: play(0), lambda: play(1)])


def errors():
    cond = threading.Condition(Raises())
    fails(cond.wait)
    fails(threading.Condition, 1)
    fails(threading.Condition, 1, 2)
    fails(cond.notify, "x")


def events():
    event = threading.Event()
    event.itself = event
    event.wait(0.00001)
    fails(event.wait, "x")
    with event._cond:
        repr(event)
    event.set()


def semaphores():
    for cls in threading.Semaphore, threading.BoundedSemaphore:
        sem = cls(2)
        sem.itself = sem
        with sem, sem:
            sem.acquire(timeout=0.00001)
            fails(sem.acquire, timeout="x")
            fails(sem.release, 0)
            fails(cls, "x")
            repr(sem)
        sem._cond


def simple_queues():
    items = queue.SimpleQueue()
    fails(items.get, timeout=0.00001)
    fails(items.get, timeout=-1)
    run_threads([items.get, lambda: items.put([])])
    items.put([])


class Leaks(unittest.TestCase):
    def check(self, function):
        for times in [TIMES] * 4:       # caches fill up at first
            gc.collect()
            before = sys.getallocatedblocks()
            for _ in range(times):
                function()
            gc.collect()
            more = sys.getallocatedblocks() - before
        self.assertLess(more, SLACK)

    def test_locks(self):
        self.check(locks)

    def test_conditions(self):
        self.check(conditions)

    def test_events(self):
        self.check(events)

    def test_semaphores(self):
        self.check(semaphores)

    def test_simple_queues(self):
        self.check(simple_queues)

    def test_hand_overs(self):
        self.check(hand_overs)

    def test_errors(self):
        self.check(errors)


if __name__ == "__main__":
    unittest.main()
