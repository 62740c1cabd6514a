"""atomiclocks has what threading and queue have: CPython's tests of both, and names."""

import inspect
import queue
import threading
import unittest

import atomiclocks
from test import lock_tests
from test.support import threading_helper
from test.support.plus_helper import run_child_ok
from test.test_queue import BaseQueueTestMixin

threading_helper.requires_working_threading(module=True)


class LockTests(lock_tests.LockTests):
    locktype = atomiclocks.Lock


class RLockTests(lock_tests.RLockTests):
    locktype = atomiclocks.RLock


class EventTests(lock_tests.EventTests):
    eventtype = atomiclocks.Event


class ConditionTests(lock_tests.ConditionTests):
    condtype = atomiclocks.Condition


class SemaphoreTests(lock_tests.SemaphoreTests):
    semtype = atomiclocks.Semaphore


class BoundedSemaphoreTests(lock_tests.BoundedSemaphoreTests):
    semtype = atomiclocks.BoundedSemaphore


class BarrierTests(lock_tests.BarrierTests):
    barriertype = atomiclocks.Barrier
    defaultTimeout = 1.0


class QueueTests(BaseQueueTestMixin, unittest.TestCase):
    queue = atomiclocks
    type2test = atomiclocks.Queue


class OtherOrders(unittest.TestCase):
    def test_lifo(self):
        q = atomiclocks.LifoQueue(2)
        q.put(1), q.put(2)
        self.assertEqual((q.full(), q.get(), q.get(), q.empty()), (True, 2, 1, True))

    def test_priority(self):
        q = atomiclocks.PriorityQueue(3)
        q.put(3), q.put(1), q.put(2)
        self.assertEqual((q.full(), q.get(), q.get(), q.get()), (True, 1, 2, 3))

    def test_they_are_queues(self):
        for name in "Queue", "LifoQueue", "PriorityQueue":
            self.assertTrue(issubclass(getattr(atomiclocks, name), getattr(queue, name)))


# The Python classes have signatures; the rest of threading's are in C.
MODELS = {
    "Lock": type(threading.Lock()),
    "RLock": threading._PyRLock,
    "Condition": threading.Condition,
    "Semaphore": threading.Semaphore,
    "BoundedSemaphore": threading.BoundedSemaphore,
    "Event": threading.Event,
    "Barrier": threading.Barrier,
}
# acquire() of CPython's locks that are deprecated.
OLD_NAMES = {"acquire_lock", "release_lock", "locked_lock"}


class Interface(unittest.TestCase):
    def test_all(self):
        for name in atomiclocks.__all__:
            self.assertTrue(getattr(atomiclocks, name).__doc__ or name in
                            ("BrokenBarrierError", "Full"), name)

    def test_the_same_names(self):
        for name, model in MODELS.items():
            ours = getattr(atomiclocks, name)
            public = {n for n in dir(model) if not n.startswith("_")} - OLD_NAMES
            self.assertLessEqual(public, set(dir(ours())) if name != "Barrier"
                                 else set(dir(ours)), name)

    def test_the_same_arguments(self):
        for name, model in MODELS.items():
            ours = getattr(atomiclocks, name)
            if inspect.isclass(model) and name != "Lock":
                self.assertEqual(inspect.signature(ours), inspect.signature(model), name)
            for method, function in vars(model).items():
                if inspect.isfunction(function) and not method.startswith("_"):
                    self.assertEqual(inspect.signature(getattr(ours, method)),
                                     inspect.signature(function), (name, method))

    def test_the_same_exceptions(self):
        self.assertIs(atomiclocks.BrokenBarrierError, threading.BrokenBarrierError)
        for name in "Empty", "Full", "ShutDown":
            self.assertIs(getattr(atomiclocks, name), getattr(queue, name))

    def test_the_same_words_when_refused(self):
        for name, call in (("Lock", lambda x: x.acquire(False, 1)),
                           ("Lock", lambda x: x.acquire(True, -2)),
                           ("Lock", lambda x: x.release()),
                           ("RLock", lambda x: x.acquire(False, 1)),
                           ("RLock", lambda x: x.release()),
                           ("Semaphore", lambda x: x.acquire(False, 1)),
                           ("Semaphore", lambda x: x.release(0)),
                           ("BoundedSemaphore", lambda x: x.release()),
                           ("Condition", lambda x: x.wait()),
                           ("Condition", lambda x: x.notify())):
            refusals = []
            for module in atomiclocks, threading:
                with self.assertRaises((ValueError, OverflowError, RuntimeError)) as caught:
                    call(getattr(module, name)())
                refusals.append((type(caught.exception), str(caught.exception)))
            self.assertEqual(*refusals)

    def test_deprecated_names(self):
        cond = atomiclocks.Condition()
        with cond, self.assertWarnsRegex(DeprecationWarning, r"use notify_all\(\) instead"):
            cond.notifyAll()
        with self.assertWarnsRegex(DeprecationWarning, r"use is_set\(\) instead"):
            self.assertFalse(atomiclocks.Event().isSet())

    def test_conditions_of_locks_of_others(self):
        for lock in threading.Lock(), threading.RLock(), threading._PyRLock():
            cond = atomiclocks.Condition(lock)
            with cond:
                self.assertFalse(cond.wait(0.001))
                cond.notify_all()
            self.assertTrue(lock.acquire(False))
            lock.release()
        for lock in atomiclocks.Lock(), atomiclocks.RLock():
            cond = threading.Condition(lock)
            with cond:
                self.assertFalse(cond.wait(0.001))
                cond.notify_all()
            self.assertTrue(lock.acquire(False))
            lock.release()

    def test_an_interpreter_without_the_flag(self):
        out = run_child_ok("""
            import threading
            del threading.atomic
            try:
                import atomiclocks
            except ImportError as exc:
                print(exc.name, exc)
            """)
        self.assertEqual(out, "atomiclocks atomiclocks needs threading.atomic, "
                              "which only PythonPlus has\n")


if __name__ == "__main__":
    unittest.main()
