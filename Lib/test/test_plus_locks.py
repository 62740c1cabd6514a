"""lock and RLock as a program sees them: what CPython's own lock_tests do not look at.

What is compared with literals here is what CPython 3.13 has.
"""

import _thread
import copy
import gc
import inspect
import pickle
import sys
import threading
import unittest
import weakref
from test import support
from test.support import plus_helper, threading_helper

threading_helper.requires_working_threading(module=True)

BOTH = (_thread.lock, _thread.RLock)
only_native = unittest.skipUnless(plus_helper.NATIVE_LOCKS, "describes the native locks")


def refusal(function, *args, **kwargs):
    """Call function, which must raise.  Returns the exception's type and text."""
    try:
        function(*args, **kwargs)
    except Exception as exc:
        return type(exc), str(exc)
    raise AssertionError(f"{function} did not raise")


class Types(unittest.TestCase):
    def test_names(self):
        self.assertIs(_thread.LockType, _thread.lock)
        self.assertIs(threading.Lock, _thread.lock)
        self.assertIs(threading._CRLock, _thread.RLock)
        self.assertIs(type(_thread.allocate_lock()), _thread.lock)
        self.assertIs(type(_thread.allocate()), _thread.lock)
        for cls in BOTH:
            self.assertEqual(cls.__module__, "_thread")
            self.assertEqual(cls.__qualname__, cls.__name__)

    def test_functions_belong_to_the_module(self):
        for function in _thread.allocate_lock, _thread.allocate:
            self.assertIs(function.__self__, _thread)
            self.assertEqual(function.__module__, "_thread")

    def test_a_lock_cannot_be_derived_from(self):
        with self.assertRaisesRegex(TypeError, "not an acceptable base type"):
            type("Derived", (_thread.lock,), {})

    def test_an_rlock_can(self):
        class Derived(_thread.RLock):
            pass
        lock = Derived()
        lock.x = 1
        with lock:
            self.assertEqual(lock._recursion_count(), 1)
        self.assertIn("Derived object owner=0 count=0", repr(lock))

    def test_they_are_immutable(self):
        for cls in BOTH:
            with self.assertRaises(TypeError):
                cls.x = 1
            with self.assertRaises(AttributeError):
                cls().x = 1

    def test_signatures(self):
        methods = {
            "acquire": "(blocking=True, timeout=-1)", "release": "()",
            "__enter__": "()", "__exit__": "(*exc_info)",
        }
        more = {
            "lock": {"acquire_lock": methods["acquire"], "release_lock": "()",
                     "locked": "()", "locked_lock": "()"},
            "RLock": {"_is_owned": "()", "_acquire_restore": "(state, /)",
                      "_release_save": "()", "_recursion_count": "()"},
        }
        for cls in BOTH:
            for name, text in (methods | more[cls.__name__]).items():
                with self.subTest(cls=cls.__name__, name=name):
                    method = getattr(cls(), name)
                    self.assertEqual(str(inspect.signature(method)), text)
                    self.assertTrue(method.__doc__)
        self.assertEqual(str(inspect.signature(_thread.lock)), "()")
        self.assertEqual(str(inspect.signature(_thread.allocate_lock)), "()")
        with self.assertRaises(ValueError):
            inspect.signature(_thread.RLock)

    @support.cpython_only
    @only_native
    def test_sizes(self):
        word = 8
        self.assertLessEqual(_thread.lock.__basicsize__, 3 * word)
        self.assertLessEqual(_thread.RLock.__basicsize__, 6 * word)


class Objects(unittest.TestCase):
    def test_repr(self):
        lock = threading.Lock()
        self.assertRegex(repr(lock), r"^<unlocked _thread\.lock object at 0x[0-9a-f]+>$")
        lock.acquire()
        self.assertRegex(repr(lock), r"^<locked _thread\.lock object at 0x[0-9a-f]+>$")
        lock = threading.RLock()
        me = threading.get_ident()
        with lock, lock:
            self.assertRegex(
                repr(lock),
                rf"^<locked _thread\.RLock object owner={me} count=2 at 0x[0-9a-f]+>$")

    def test_weak_references_and_the_collector(self):
        for cls in BOTH:
            lock = cls()
            self.assertTrue(gc.is_tracked(lock))
            ref = weakref.ref(lock)
            self.assertIs(ref(), lock)
            del lock
            self.assertIsNone(ref())

    def test_no_copies(self):
        for cls in BOTH:
            name = f"{cls.__module__}.{cls.__qualname__}"
            for function in (pickle.dumps, copy.copy, copy.deepcopy):
                self.assertEqual(refusal(function, cls()),
                                 (TypeError, f"cannot pickle '{name}' object"))


class Arguments(unittest.TestCase):
    def test_refused(self):
        no_timeout = (ValueError, "can't specify a timeout for a non-blocking call")
        negative = (ValueError, "timeout value must be a non-negative number")
        for cls in BOTH:
            for name in ("acquire", "__enter__"):
                acquire = getattr(cls(), name)
                self.assertEqual(refusal(acquire, False, 1), no_timeout)
                self.assertEqual(refusal(acquire, False, 0), no_timeout)
                self.assertEqual(refusal(acquire, timeout=-2), negative)
                self.assertEqual(refusal(acquire, timeout=-0.5), negative)
                self.assertEqual(refusal(acquire, timeout=threading.TIMEOUT_MAX * 1.01)[0],
                                 OverflowError)
                self.assertEqual(refusal(acquire, 1, 2, 3)[0], TypeError)
                self.assertEqual(refusal(acquire, colour=1)[0], TypeError)
                self.assertEqual(refusal(acquire, timeout="1")[0], TypeError)
                self.assertEqual(refusal(acquire, timeout=float("nan"))[0], ValueError)
        self.assertEqual(refusal(_thread.lock, 1),
                         (TypeError, "lock expected 0 arguments, got 1"))
        self.assertEqual(refusal(_thread.lock, a=1),
                         (TypeError, "lock() takes no keyword arguments"))

    def test_accepted(self):
        for cls in BOTH:
            for args, kwargs in [((), {}), ((True, -1), {}), ((1, -1.0), {}),
                                 ((False,), {}), ((False, -1), {}),
                                 ((), {"blocking": [0], "timeout": 0}),
                                 ((), {"timeout": threading.TIMEOUT_MAX})]:
                lock = cls()
                self.assertIs(lock.acquire(*args, **kwargs), True)
                self.assertIsNone(lock.__exit__(1, 2, 3, 4))
                self.assertIs(lock.__enter__(*args, **kwargs), True)
                self.assertIsNone(lock.release())

    def test_release_of_a_free_one(self):
        for function in ("release", "__exit__"):
            self.assertEqual(refusal(getattr(_thread.lock(), function)),
                             (RuntimeError, "release unlocked lock"))
            self.assertEqual(refusal(getattr(_thread.RLock(), function)),
                             (RuntimeError, "cannot release un-acquired lock"))
        self.assertEqual(refusal(_thread.RLock()._release_save),
                         (RuntimeError, "cannot release un-acquired lock"))

    def test_the_count_of_an_rlock_is_limited(self):
        lock = _thread.RLock()
        most = 2 * sys.maxsize + 1
        lock._acquire_restore((most, threading.get_ident()))
        self.assertEqual(refusal(lock.acquire),
                         (OverflowError, "Internal lock count overflowed"))
        self.assertEqual(lock._release_save(), (most, threading.get_ident()))
        self.assertTrue(lock.acquire(False))


class Ownership(unittest.TestCase):
    def test_another_thread_releases_a_lock(self):
        lock = threading.Lock()
        lock.acquire()
        threading.Timer(0.02, lock.release).start()
        self.assertTrue(lock.acquire(timeout=support.SHORT_TIMEOUT))

    def test_no_other_thread_releases_an_rlock(self):
        lock = threading.RLock()
        with lock:
            [result] = plus_helper.run_threads([lambda: (
                refusal(lock.release), lock.acquire(False), lock._is_owned(),
                lock._recursion_count())])
        self.assertEqual(result, ((RuntimeError, "cannot release un-acquired lock"),
                                  False, False, 0))

    def test_reinit_frees(self):
        for cls in BOTH:
            lock = cls()
            lock._at_fork_reinit()
            lock.acquire()
            lock._at_fork_reinit()
            self.assertTrue(lock.acquire(False))

    @only_native
    def test_reinit_forgets_nobody(self):
        # CPython says nothing of waiters; ours get the lock.
        for cls in BOTH:
            lock = cls()
            lock.acquire()
            waiter = threading.Thread(target=lock.acquire)
            waiter.start()
            plus_helper.wait_until_waiting(waiter)
            lock._at_fork_reinit()
            plus_helper.join_all([waiter])


if __name__ == "__main__":
    unittest.main()
