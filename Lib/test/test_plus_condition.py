"""threading.Condition as a program sees it, done in C and by CPython's Python code.

What both do is tested on both.  How one becomes the other: test_plus_native.py.
"""

import _thread
import copy
import gc
import inspect
import pickle
import threading
import time
import unittest
import warnings
import weakref
from fractions import Fraction
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import join_all, run_threads, waiting

threading_helper.requires_working_threading(module=True)

LOCKS = (threading.Lock, threading.RLock, threading._PyRLock)


def refusal(function, *args, **kwargs):
    """Call function, which must raise.  Returns the exception's type and text."""
    try:
        function(*args, **kwargs)
    except Exception as exc:
        return type(exc), str(exc)
    raise AssertionError(f"{function} did not raise")


def wait_for_waiters(cond, n):
    for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.01):
        with cond:
            if waiting(cond) == n:
                return


class Foreign:
    """A lock of which only acquire() and release() are known."""

    def __init__(self):
        self.lock = threading.Lock()
        self.calls = []

    def acquire(self, *args):
        self.calls.append("acquire")
        return self.lock.acquire(*args)

    def release(self):
        self.calls.append("release")
        self.lock.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *args):
        self.release()


class ConditionTests:
    def test_signatures(self):
        cond = self.cls()
        signatures = {
            "wait": "(timeout=None)", "wait_for": "(predicate, timeout=None)",
            "notify": "(n=1)", "notify_all": "()", "notifyAll": "()",
            "acquire": "(blocking=True, timeout=-1)", "release": "()",
            "__enter__": "()", "__exit__": "(*args)",
        }
        for name, text in signatures.items():
            self.assertEqual(str(inspect.signature(getattr(cond, name))), text, name)
        self.assertEqual(str(inspect.signature(self.cls)), "(lock=None)")

    def test_who_does_it(self):
        native = plus_helper.NATIVE_CONDITION and self.cls is threading.Condition
        for make in LOCKS[:2]:
            self.assertIs(plus_helper.is_native(self.cls(make())), native)
        self.assertIs(plus_helper.is_native(self.cls()), native)

    def test_names(self):
        self.assertEqual(self.cls.__module__, "threading")
        self.assertEqual(self.cls.__qualname__, "Condition")

    def test_attributes(self):
        for make in LOCKS:
            lock = make()
            cond = self.cls(lock)
            self.assertIs(cond._lock, lock)
            self.assertEqual(repr(cond), f"<Condition({lock}, 0)>")
            self.assertEqual(len(cond._waiters), 0)
            cond.colour = "red"
            self.assertEqual(cond.colour, "red")
        self.assertIs(type(self.cls()._lock), _thread.RLock)
        self.assertIs(type(self.cls(None)._lock), _thread.RLock)
        self.assertIs(type(self.cls(lock=None)._lock), _thread.RLock)

    def test_weak_references_and_the_collector(self):
        cond = self.cls()
        cond.itself = cond
        ref = weakref.ref(cond)
        del cond
        gc.collect()
        self.assertIsNone(ref())

    def test_no_copies(self):
        self.assertEqual(refusal(copy.deepcopy, self.cls())[0], TypeError)

    def test_needs_the_lock(self):
        for make in LOCKS:
            cond = self.cls(make())
            wait = (RuntimeError, "cannot wait on un-acquired lock")
            notify = (RuntimeError, "cannot notify on un-acquired lock")
            self.assertEqual(refusal(cond.wait), wait)
            self.assertEqual(refusal(cond.wait, 0), wait)
            self.assertEqual(refusal(cond.wait_for, lambda: False), wait)
            self.assertEqual(refusal(cond.notify), notify)
            self.assertEqual(refusal(cond.notify_all), notify)
            self.assertTrue(cond.wait_for(lambda: True))

    def test_refused(self):
        self.assertEqual(refusal(self.cls, object()),
                         (AttributeError, "'object' object has no attribute 'acquire'"))
        cond = self.cls()
        with cond:
            for timeout, error in [("1", TypeError), (float("inf"), OverflowError),
                                   (threading.TIMEOUT_MAX * 1.01, OverflowError)]:
                self.assertEqual(refusal(cond.wait, timeout)[0], error)
                self.assertTrue(cond._is_owned())
                self.assertEqual(waiting(cond), 0)
            self.assertFalse(cond.wait(float("nan")))
            self.assertFalse(cond.wait(-1))

    def test_the_lock_s_methods(self):
        for make in LOCKS:
            cond = self.cls(make())
            self.assertTrue(cond.acquire())
            self.assertTrue(cond._is_owned())
            self.assertIsNone(cond.release())
            self.assertFalse(cond._is_owned())
            self.assertTrue(cond.acquire(blocking=True, timeout=1))
            state = cond._release_save()
            self.assertTrue(cond._lock.acquire(False))
            cond._lock.release()
            cond._acquire_restore(state)
            self.assertTrue(cond._is_owned())
            cond.release()
            with self.assertRaises(RuntimeError):
                cond.release()
            with cond as value:
                self.assertTrue(value)
            cond.acquire()
            cond._at_fork_reinit()
            self.assertFalse(cond._is_owned())

    def test_time_out(self):
        for make in LOCKS:
            cond = self.cls(make())
            with cond:
                begin = time.monotonic()
                self.assertIs(cond.wait(0.02), False)
                self.assertGreaterEqual(time.monotonic() - begin, 0.02)
                self.assertIs(cond.wait(timeout=0), False)
                self.assertIs(cond.wait_for(lambda: 0, timeout=0.02), 0)
                self.assertIs(cond.wait_for(lambda: None, -1), None)
                self.assertEqual(waiting(cond), 0)
                self.assertTrue(cond._is_owned())

    def test_order(self):
        for make in LOCKS:
            cond = self.cls(make())
            order = []

            def wait(i):
                with cond:
                    if cond.wait(support.SHORT_TIMEOUT):
                        order.append(i)

            threads = []
            for i in range(8):
                threads.append(threading.Thread(target=wait, args=(i,)))
                threads[-1].start()
                wait_for_waiters(cond, i + 1)
            for n in (1, 2, 0, -1):
                with cond:
                    cond.notify(n)
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.01):
                if len(order) == 3:
                    break
            self.assertEqual(waiting(cond), 5)
            with cond:
                cond.notify_all()
                self.assertEqual(waiting(cond), 0)
            join_all(threads)
            self.assertEqual(sorted(order), list(range(8)))
            self.assertEqual(sorted(order[:3]), [0, 1, 2])

    def test_an_rlock_is_released_however_often_it_was_taken(self):
        for make in LOCKS[1:]:
            cond = self.cls(make())
            counts = []

            def wait():
                with cond, cond, cond:
                    cond.wait()
                    counts.append(cond._lock._recursion_count())

            thread = threading.Thread(target=wait)
            thread.start()
            wait_for_waiters(cond, 1)
            with cond, cond:
                cond.notify()
            join_all([thread])
            self.assertEqual(counts, [3])
            self.assertFalse(cond._is_owned())

    def test_a_foreign_lock(self):
        lock = Foreign()
        cond = self.cls(lock)
        with cond:
            lock.calls.clear()
            self.assertFalse(cond.wait(0.01))
            # acquire: whether it is owned
            self.assertEqual(lock.calls, ["acquire", "release", "acquire"])
        turn = [0]
        run_threads([lambda: self.ping(cond, turn, 0), lambda: self.ping(cond, turn, 1)])

    @staticmethod
    def ping(cond, turn, me, n=100):
        for _ in range(n):
            with cond:
                while turn[0] != me:
                    cond.wait()
                turn[0] = 1 - me
                cond.notify()

    def test_ping_pong(self):
        for make in LOCKS:
            cond, turn = self.cls(make()), [0]
            run_threads([lambda: self.ping(cond, turn, 0), lambda: self.ping(cond, turn, 1)])

    def test_a_foreign_lock_that_raises(self):
        class Broken(Foreign):
            def _release_save(self):
                raise ZeroDivisionError("release")

        cond = self.cls(Broken())
        with cond:
            self.assertEqual(refusal(cond.wait), (ZeroDivisionError, "release"))

        class AlsoBroken(Foreign):
            def _acquire_restore(self, state):
                self.acquire()
                raise ZeroDivisionError("restore")

        cond = self.cls(AlsoBroken())
        with cond:
            self.assertEqual(refusal(cond.wait, 0.01), (ZeroDivisionError, "restore"))

    def test_a_foreign_lock_that_gives_the_condition_another_one(self):
        class Replacing(Foreign):
            def acquire(self, *args):
                cond.__init__()
                return super().acquire(*args)

            def release(self):
                cond.__init__()
                super().release()

        cond = self.cls(Replacing())
        self.assertRaises(RuntimeError, cond._is_owned)     # it releases the new one
        cond = self.cls(Replacing())
        self.assertTrue(cond.acquire(False))
        cond = self.cls(Replacing())
        self.assertEqual(refusal(cond.release), (RuntimeError, "release unlocked lock"))

    def test_derived(self):
        log = []

        class Derived(self.cls):
            def __init__(self, lock=None, *, colour):
                super().__init__(lock)
                self.colour = colour

            def wait(self, timeout=None):
                log.append("wait")
                return super().wait(timeout)

            def notify(self, n=1):
                log.append(f"notify {n}")
                super().notify(n)

        cond = Derived(colour="red")
        with cond:
            cond.wait_for(lambda: False, 0.01)
            cond.notify_all()
        self.assertEqual(log[-1], "notify 0")
        self.assertEqual(log[0], "wait")
        self.assertEqual(cond.colour, "red")

    def test_derived_decides_who_owns_a_plain_lock(self):
        class Mine(self.cls):
            def _is_owned(self):
                return True

        cond = Mine(threading.Lock())
        cond.notify()

    def test_the_deprecated_name(self):
        cond = self.cls()
        with cond, warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            cond.notifyAll()
        self.assertEqual([str(w.message) for w in seen],
                         ["notifyAll() is deprecated, use notify_all() instead"])
        self.assertEqual(seen[0].filename, __file__)

    def test_the_predicate(self):
        cond = self.cls()
        with cond:
            self.assertEqual(cond.wait_for(lambda: "x"), "x")
            with self.assertRaises(ZeroDivisionError):
                cond.wait_for(lambda: 1 / 0)


class Native(ConditionTests, unittest.TestCase):
    cls = threading.Condition

    def test_not_initialized(self):
        cond = threading.Condition.__new__(threading.Condition)
        for function in (cond.wait, cond.notify, cond.notify_all, cond.__enter__,
                         cond._is_owned, cond.__repr__, cond._release_save,
                         cond._at_fork_reinit):
            self.assertEqual(refusal(function)[0], AttributeError, function)
        self.assertFalse(hasattr(cond, "acquire"))

    def test_no_pickles(self):
        self.assertEqual(refusal(pickle.dumps, threading.Condition())[0], TypeError)

    def test_any_number_of_notifications(self):
        cond = threading.Condition()
        with cond:
            for n in (1.5, True, 10 ** 30, -10 ** 30, float("inf"), -0.5):
                cond.notify(n)
        waiter = threading.Thread(target=self.wait_long, args=(cond,))
        waiter.start()
        wait_for_waiters(cond, 1)
        with cond:
            self.assertEqual(refusal(cond.notify, "1")[0], TypeError)
            cond.notify(Fraction(1, 2))
        join_all([waiter])

    @staticmethod
    def wait_long(cond):
        with cond:
            cond.wait()

    def test_a_new_lock(self):
        cond = threading.Condition(Foreign())
        lock = threading.Lock()
        cond.__init__(lock)
        self.assertIs(cond._lock, lock)
        with cond:
            self.assertFalse(cond.wait(0.001))


class Python(ConditionTests, unittest.TestCase):
    cls = plus_helper.plain(threading.Condition)


if __name__ == "__main__":
    unittest.main()
