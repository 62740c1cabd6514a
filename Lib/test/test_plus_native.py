"""Conditions, events and semaphores are CPython's, done in C while nobody can tell.

What a program does that C does not know makes the object one of CPython's Python code,
also in the midst of waits; from outside nothing of that is to be seen.
"""

import abc
import contextlib
import copy
import inspect
import os
import pickle
import random
import sys
import threading
import time
import unittest
import weakref
from test import support
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import (is_native, join_all, run_child_ok, run_threads,
                                      wait_until_waiting, waiting)
from unittest import mock

threading_helper.requires_working_threading(module=True)

if not plus_helper.NATIVE_CONDITION:
    raise unittest.SkipTest("describes native conditions")

KINDS = (threading.Condition, threading.Event, threading.Semaphore,
         threading.BoundedSemaphore)


def start(n, function):
    """Start n threads that call function and sleep in it, one after the other."""
    threads = []
    for _ in range(n):
        thread = threading.Thread(target=function, daemon=True)
        thread.start()
        wait_until_waiting(thread)
        threads.append(thread)
    return threads


# What a program may do to look into an object: {name: function of it}
LOOKS = {
    "its attribute": lambda each: getattr(each, "_cond", None) or each._waiters,
    "vars": vars,
    "dir": dir,
    "copy": copy.copy,
    "an assignment": lambda each: setattr(
        each, *{threading.Condition: ("_lock", each.__dict__.get("_lock")),
                threading.Event: ("_flag", False),
                threading.Semaphore: ("_value", 0)}[type(each)]),
}


class Functions(unittest.TestCase):
    """They are functions of Python to whoever asks."""

    def test_functions_and_methods(self):
        for cls in KINDS:
            names = [name for name, value in vars(cls).items() if inspect.isfunction(value)]
            self.assertGreaterEqual(len(names), 3)
            for name in names:
                function, method = getattr(cls, name), getattr(cls(), name)
                self.assertTrue(inspect.ismethod(method))
                self.assertIs(method.__func__, function)
                self.assertEqual(function.__qualname__.split(".")[0], cls.__name__)
                self.assertIn(f"def {function.__name__}(self", inspect.getsource(function))

    def test_weak_methods(self):
        event = threading.Event()
        ref = weakref.WeakMethod(event.set)
        ref()()
        self.assertTrue(event.is_set())
        del event
        self.assertIsNone(ref())

    def test_autospec(self):
        event = threading.Event()
        with mock.patch.object(threading.Event, "set", autospec=True) as patched:
            event.set()
            self.assertRaises(TypeError, event.set, 1)
        self.assertEqual(patched.call_args_list, [mock.call(event)])
        self.assertFalse(event.is_set())
        spec = mock.create_autospec(threading.Semaphore)
        self.assertRaises(TypeError, spec().acquire, 1, 2, 3)

    def test_self_by_keyword(self):
        event = threading.Event()
        threading.Event.set(self=event)
        self.assertTrue(threading.Event.is_set(self=event))

    def test_other_objects(self):
        # CPython's functions take whatever has the attributes.
        class Like:
            _flag = "yes"
        self.assertEqual(threading.Event.is_set(Like), "yes")
        with self.assertRaises(AttributeError):
            threading.Event.set(object())
        with self.assertRaises(TypeError):
            threading.Event.set()

    def test_not_in_star_imports(self):
        names = {}
        exec("from _thread import *", names)
        self.assertIn("allocate_lock", names)
        for name in "Event", "Condition", "Semaphore", "atomic", "gil_info":
            self.assertNotIn(name, names)

    def test_all_that_dir_tells_can_be_read(self):
        for cls in KINDS:
            for each in cls, cls():
                for name in dir(each):
                    getattr(each, name)
        self.assertNotIn("_initial_value", dir(threading.Semaphore()))


class Classes(unittest.TestCase):
    def test_abstract(self):
        for cls in KINDS:
            class Task(cls, metaclass=abc.ABCMeta):
                @abc.abstractmethod
                def run(self):
                    pass
            with self.assertRaisesRegex(TypeError, "abstract"):
                Task()

    def test_made_by_object(self):
        for cls in KINDS:
            each = object.__new__(cls)
            self.assertFalse(is_native(each))
            each.__init__()
            self.assertTrue(is_native(each))

    def test_pickles_of_derived_classes(self):
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            each = pickle.loads(pickle.dumps(Picklable("red"), protocol))
            self.assertEqual((each.colour, each.is_set()), ("red", False))

    def test_pickles(self):
        for cls in KINDS:
            for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
                with self.assertRaisesRegex(TypeError, "cannot pickle '.*[lL]ock' object"):
                    pickle.dumps(cls(), protocol)

    def test_a_copy_shares_lock_and_waiters(self):
        event = threading.Event()
        other = copy.copy(event)
        self.assertIs(event._cond, other._cond)
        cond = copy.copy(threading.Condition())
        with cond:
            self.assertFalse(cond.wait(0.001))

    def test_another_class(self):
        log = []

        class Logging(threading.Condition):
            def notify(self, n=1):
                log.append(n)
                super().notify(n)

        class Owned(threading.Condition):
            def _is_owned(self):
                log.append("owned")
                return True
        cond = threading.Condition()
        cond.__class__ = Logging
        with cond:
            cond.notify_all()
        cond = threading.Condition(threading.Lock())
        cond.__class__ = Owned
        cond.notify()
        self.assertEqual(log, [0, "owned"])

    def test_the_result_of_a_derived_function(self):
        class Answering(threading.Condition):
            def notify(self, n=1):
                super().notify(n)
                return 5
        cond = Answering()
        with cond:
            self.assertIsNone(cond.notify_all())

    def test_properties(self):
        class Fair(threading.Semaphore):
            def _get(self):
                return self.units

            def _set(self, value):
                self.units = value
                changes.append(value)
            _value = property(_get, _set)
        changes = []
        sem = Fair(2)
        with sem:
            self.assertEqual(sem.units, 1)
        self.assertEqual(changes, [2, 1, 2])

    def test_getattribute(self):
        # A look-up that initializes the object again in the midst of wait().
        class Lock:
            def acquire(self, *args):
                return True

            def release(self):
                pass

            def _is_owned(self):
                return True

        class Again(threading.Condition):
            on = False

            def __getattribute__(self, name):
                if name == "_acquire_restore" and Again.on:
                    Again.on = False
                    threading.Condition.__init__(self, threading.RLock())
                    self.acquire()
                return super().__getattribute__(name)
        cond = Again(Lock())
        Again.on = True
        with self.assertRaises(TypeError):
            cond.wait(0.01)

    def test_guarded_by_cond(self):
        # A derived class that takes units under the lock of CPython's class.
        class Guarded(threading.Semaphore):
            def try_two(self):
                with self._cond:
                    if self._value >= 2:
                        self._value -= 2
                        return True
                    return False
        sem = Guarded(3)
        self.assertTrue(sem.try_two())
        self.assertTrue(sem.acquire(False))
        self.assertFalse(sem.acquire(False))
        with sem._cond:
            self.assertFalse(sem._cond.acquire(False))
            thread, = start(1, lambda: sem.acquire(timeout=support.SHORT_TIMEOUT))
            sem._value += 1
        sem._value -= 1
        sem.release()
        join_all([thread])
        self.assertEqual(sem._value, 0)


class Picklable(threading.Event):
    def __init__(self, colour):
        super().__init__()
        self.colour = colour

    def __getstate__(self):
        return {"colour": self.colour}

    def __setstate__(self, state):
        self.__init__(state["colour"])


class Overridden(unittest.TestCase):
    """Functions that others call, replaced in the class or in the object."""

    def test_in_the_class(self):
        cond, event, sem = threading.Condition(), threading.Event(), threading.Semaphore()
        bounded = threading.BoundedSemaphore()
        with mock.patch.object(threading.Condition, "notify") as notify, cond:
            cond.notify_all()
            notify.assert_called_once_with(0)
        with mock.patch.object(threading.Semaphore, "release") as release:
            with sem:
                pass
            release.assert_called_once_with()
        with mock.patch.object(threading.BoundedSemaphore, "release") as release:
            with bounded:
                pass
            release.assert_called_once_with()
        with mock.patch.object(threading.Condition, "wait", return_value="x") as wait:
            self.assertEqual(event.wait(7), "x")
            wait.assert_called_once_with(7)
        with mock.patch.object(threading.Condition, "notify_all") as notify_all:
            event.set()
            notify_all.assert_called_once_with()
        self.assertTrue(is_native(threading.Event()))       # all is as it was

    def test_in_the_object(self):
        cond, sem = threading.Condition(), threading.Semaphore()
        cond.notify = mock.Mock()
        with cond:
            cond.notify_all()
        cond.notify.assert_called_once_with(0)
        cond = threading.Condition()
        cond._is_owned = lambda: True
        cond.notify()
        sem.release = mock.Mock()
        with sem:
            pass
        sem.release.assert_called_once_with()

    def test_before_init(self):
        # CPython's __init__() gives the condition the methods of its lock.
        cond = threading.Condition.__new__(threading.Condition)
        cond.acquire = cond._is_owned = None
        cond.__init__()
        with cond:
            self.assertFalse(cond.wait(0.001))
        self.assertEqual(cond.acquire, cond._lock.acquire)

    def test_globals(self):
        names = {"Lock": ("Event", "Semaphore"), "RLock": ("Condition",),
                 "Condition": ("Event", "Semaphore", "BoundedSemaphore")}
        for name, users in names.items():
            original = getattr(threading, name)
            with mock.patch.object(threading, name, side_effect=original) as patched:
                for user in users:
                    getattr(threading, user)()
            self.assertEqual(patched.call_count, len(users), name)
        with mock.patch.object(threading, "_time", side_effect=time.monotonic) as clock:
            self.assertFalse(threading.Semaphore(0).acquire(timeout=0.001))
        clock.assert_called()
        with mock.patch.object(threading, "_allocate_lock",
                               side_effect=threading._allocate_lock) as allocate:
            self.assertFalse(threading.Event().wait(0.001))
        allocate.assert_called_once_with()

    def test_by_itself(self):
        for make in threading.Lock, threading.RLock:
            for name in "_is_owned", "_release_save", "_acquire_restore", "notify":
                cond = threading.Condition(make())
                setattr(cond, name, getattr(cond, name))
                with cond, contextlib.ExitStack() as stack:
                    if make is threading.RLock:
                        stack.enter_context(cond)
                    self.assertFalse(cond.wait(0.001))
                    cond.notify_all()
                    self.assertTrue(cond._is_owned())
                self.assertTrue(cond.acquire(False))

    def test_init_of_the_base(self):
        with mock.patch.object(threading.Semaphore, "__init__",
                               side_effect=ZeroDivisionError):
            self.assertRaises(ZeroDivisionError, threading.BoundedSemaphore, 2)

    def test_release_of_another_class(self):
        sem = threading.BoundedSemaphore(1)
        threading.Semaphore.release(sem)
        self.assertEqual(sem._value, 2)


class Hostile(unittest.TestCase):
    """Programs that were made to break it, or do so by chance."""

    def test_a_class_that_is_patched_while_objects_are_in_use(self):
        for make in threading.Lock, threading.RLock:
            cond, original = threading.Condition(make()), threading.Condition.notify
            with mock.patch.object(threading.Condition, "notify",
                                   lambda self, n=1: original(self, n)):
                self.assertTrue(cond.acquire())
                cond.notify()
                cond.notify_all()
                self.assertFalse(cond.wait(0.001))
                self.assertIsNone(cond.release())
                with cond:
                    cond.notify()

    def test_a_mixin_before_the_class(self):
        class Mixin:
            pass

        class Event(Mixin, threading.Event):
            pass
        event = Event()
        self.assertEqual(set(vars(event)), {"_cond", "_flag"})
        event.__dict__["_flag"] = True
        self.assertTrue(event.is_set())

    def test_a_dict_that_others_have(self):
        class Borg(threading.Event):
            state = {}

            def __init__(self):
                self.__dict__ = self.state
                if not self.state:
                    super().__init__()
        a, b = Borg(), Borg()
        a.set()
        self.assertTrue(b.is_set())

        class Kept(threading.Event):
            def __init__(self):
                self.attributes = self.__dict__
                super().__init__()
        self.assertIs(Kept().attributes["_flag"], False)

    def test_a_class_between(self):
        class Between(threading.Semaphore):
            def __init__(self, value):
                self.between = True
                super().__init__(value)

        class Bounded(threading.BoundedSemaphore, Between):
            pass
        self.assertTrue(Bounded(3).between)

    def test_a_finalizer_of_what_is_replaced(self):
        class Looking:
            def __del__(self):
                vars(self.sem)

        class Bounded(threading.BoundedSemaphore):
            def __init__(self, value):
                self._initial_value = Looking()
                self._initial_value.sem = self
                super().__init__(value)
        for _ in range(50):
            vars(Bounded(2))
        support.gc_collect()
        self.assertTrue(is_native(threading.Event()))

    def test_keys_that_run_code(self):
        class Key:
            def __hash__(self):
                return hash("_cond")

            def __eq__(self, other):
                1 / 0
        event = object.__new__(threading.Event)
        event.__dict__[Key()] = 1
        self.assertRaises(ZeroDivisionError, event.__init__)

    def test_variables_of_the_frame(self):
        # A debugger may change them.
        class Timeout(float):
            def __gt__(self, other):
                vars(cond)
                return False

        def trace(frame, event, arg):
            if frame.f_code.co_name == "wait" and "native" in frame.f_code.co_varnames:
                frame.f_locals.update(change)
            return trace

        cond, sem = threading.Condition(), threading.Semaphore(5)
        before = sys.gettrace()
        for change in {"timeout": Timeout(0)}, {"self": sem}:
            cond = threading.Condition()
            with cond:
                sys.settrace(trace)
                try:
                    self.assertFalse(cond.wait(0.001))
                except AttributeError:
                    self.assertIn("self", change)
                finally:
                    sys.settrace(before)
        self.assertEqual(sem._value, 5)

    def test_the_condition_is_gone_when_its_waiter_comes(self):
        event, came = threading.Event(), []
        thread, = start(1, lambda: came.append(event.wait(support.SHORT_TIMEOUT)))
        cond = event._cond
        del event._cond
        with cond:
            cond.notify_all()
        join_all([thread])
        self.assertEqual(came, [True])

    def test_the_family_is_gone(self):
        self.assertEqual(run_child_ok("""
            import threading
            event = threading.Event()
            del threading._native
            print(event.wait(0.001), threading.Event().wait(0.001))
            """), "False False\n")

    def test_arguments_that_look_inside(self):
        class Looking:
            def __init__(self, cond):
                self.cond = cond

            def __bool__(self):
                self.cond._waiters
                return True

            def __index__(self):
                self.cond._waiters
                return 1
        for make in threading.Lock, threading.RLock:
            for position in 0, 1:
                cond = threading.Condition(make())
                args = [True, 1]
                args[position] = Looking(cond)
                self.assertTrue(cond.acquire(*args))
                self.assertFalse(is_native(cond))
                cond.release()

    def test_a_diamond_of_semaphores(self):
        called = []

        class Left(threading.Semaphore):
            pass

        class Right(threading.Semaphore):
            def __init__(self, value):
                called.append(value)
                super().__init__(value)

        class Bounded(threading.BoundedSemaphore, Left, Right):
            pass
        Bounded(3)
        self.assertEqual(called, [3])

    def test_a_str_of_another_class_as_a_name(self):
        # To compare it runs code, which looks inside.
        cond, came = threading.Condition(), []

        class Name(str):
            __slots__ = ()

            def __hash__(self):
                return hash("_waiters")

            def __eq__(self, other):
                vars(cond)
                return str.__eq__(self, other)

        def wait():
            with cond:
                came.append(cond.wait(support.SHORT_TIMEOUT))
        threads = start(2, wait)
        cond.__class__ = type("Derived", (threading.Condition,), {})
        setattr(cond, Name("zz"), 1)
        with cond:
            self.assertEqual(len(cond._waiters), 2)
            cond.notify_all()
        join_all(threads)
        self.assertEqual(came, [True, True])

    def test_an_attribute_that_is_replaced_later(self):
        class Bounded(threading.BoundedSemaphore):
            pass
        sem = Bounded(1)
        Bounded._initial_value = property(lambda self: 5)
        sem.release()
        self.assertEqual(sem._value, 2)

    def test_huge_time_outs(self):
        for timeout in 10 ** 400, -10 ** 400:
            self.assertRaises(OverflowError, threading.Semaphore(0).acquire, timeout=timeout)


class Turned(unittest.TestCase):
    """Objects that become plain."""

    def test_while_nobody_waits(self):
        for cls in KINDS[:3]:
            for name, look in LOOKS.items():
                with self.subTest(cls=cls, look=name):
                    each = cls() if cls is not threading.Semaphore else cls(0)
                    self.assertTrue(is_native(each))
                    look(each)
                    self.assertFalse(is_native(each))
                    self.check(each)

    def check(self, each):
        """each works: as if it was new, a semaphore without units."""
        if isinstance(each, threading.Condition):
            with each:
                self.assertFalse(each.wait(0.001))
                each.notify_all()
        elif isinstance(each, threading.Event):
            self.assertFalse(each.wait(0.001))
            each.set()
            self.assertTrue(each.wait())
        else:
            self.assertFalse(each.acquire(timeout=0.001))
            each.release()
            self.assertTrue(each.acquire())

    def test_what_stays_native(self):
        cond, event = threading.Condition(threading.Lock()), threading.Event()
        sem = threading.BoundedSemaphore(2)
        self.assertIs(cond._lock, cond._lock)
        self.assertEqual((event._flag, sem._value, sem._initial_value), (False, 2, 2))
        for each in cond, event, sem:
            each.colour = "red"
            repr(each), weakref.ref(each), hash(each)
        event.wait(0.001), sem.acquire(True, 0.1), sem.release(1)
        with cond:
            cond.wait_for(list, 0.001)
        for each in cond, event, sem:
            self.assertTrue(is_native(each))

    def test_attributes_of_a_native_one(self):
        cond = threading.Condition(threading.Lock())
        self.assertEqual(cond.acquire, cond._lock.acquire)
        self.assertTrue(cond.acquire())
        self.assertFalse(cond.acquire(False))
        self.assertTrue(is_native(cond))
        self.assertFalse(hasattr(threading.Semaphore(), "_initial_value"))
        with self.assertRaisesRegex(TypeError, "takes no arguments"):
            cond.release(1)
        with self.assertRaisesRegex(AttributeError,
                                    "^'Event' object has no attribute '_flag'$"):
            object.__new__(threading.Event)._flag

    def test_vars(self):
        cond = threading.Condition()
        cond.colour = "red"
        self.assertEqual(set(vars(cond)), {
            "colour", "_lock", "acquire", "release", "_release_save", "_acquire_restore",
            "_is_owned", "_waiters"})
        self.assertEqual(set(vars(threading.Condition(threading.Lock()))),
                         {"_lock", "acquire", "release", "_waiters"})
        self.assertEqual(set(vars(threading.BoundedSemaphore())),
                         {"_cond", "_value", "_initial_value"})
        self.assertEqual(set(vars(threading.Event())), {"_cond", "_flag"})

    def test_deleted(self):
        for cls, name in zip(KINDS, ("_lock", "_flag", "_value", "_initial_value")):
            each = cls()
            delattr(each, name)
            self.assertFalse(hasattr(each, name))
            self.assertRaises(AttributeError, delattr, each, name)

    def test_initialized_again_while_others_wait(self):
        event, came = threading.Event(), []
        threads = start(2, lambda: came.append(event.wait(0.1)))
        event.__init__()
        event.set()
        join_all(threads)
        self.assertEqual(came, [False] * 2)

    def test_the_waiters_of_an_event(self):
        for name, look in LOOKS.items():
            with self.subTest(look=name):
                event, came = threading.Event(), []
                threads = start(3, lambda: came.append(event.wait()))
                threads += start(1, lambda: came.append(event.wait(0.05)))
                look(event)
                self.assertFalse(is_native(event))
                join_all(threads[3:])
                self.assertEqual(came, [False])
                for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                    if len(event._cond._waiters) == 3:
                        break
                event.set()
                join_all(threads)
                self.assertEqual(came, [False, True, True, True])
                self.assertEqual(len(event._cond._waiters), 0)

    def test_the_waiters_of_a_semaphore(self):
        for name, look in LOOKS.items():
            with self.subTest(look=name):
                sem, came = threading.Semaphore(0), []
                threads = start(3, lambda: came.append(sem.acquire()))
                threads += start(1, lambda: came.append(sem.acquire(timeout=0.05)))
                look(sem)
                join_all(threads[3:])
                sem.release(2)
                for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                    if len(came) == 3:
                        break
                sem.release()
                join_all(threads)
                self.assertEqual(came, [False, True, True, True])
                self.assertEqual(sem._value, 0)

    def test_the_waiters_of_a_condition(self):
        for make in threading.Lock, threading.RLock:
            for name, look in LOOKS.items():
                with self.subTest(look=name, lock=make):
                    cond, came = threading.Condition(make()), []

                    def wait(timeout=None):
                        with cond:
                            came.append(cond.wait(timeout))
                            self.assertTrue(cond._is_owned())
                    threads = start(3, wait) + start(1, lambda: wait(0.05))
                    look(cond)
                    join_all(threads[3:])
                    self.assertEqual(waiting(cond), 3)
                    with cond:
                        cond.notify(2)
                    for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                        if len(came) == 3:
                            break
                    self.assertEqual(waiting(cond), 1)
                    with cond:
                        cond.notify()
                    join_all(threads)
                    self.assertEqual(came, [False, True, True, True])

    def test_a_notification_right_after_the_look(self):
        # The waiters have not come back yet: the notification must find them.
        for _ in range(20):
            cond, came = threading.Condition(), []

            def wait():
                with cond:
                    came.append(cond.wait(support.SHORT_TIMEOUT))
            threads = start(3, wait)
            with threading.atomic, cond:
                self.assertEqual(len(cond._waiters), 3)
                cond.notify(2)
                self.assertEqual(len(cond._waiters), 1)
                cond.notify_all()
            join_all(threads)
            self.assertEqual(came, [True] * 3)

    def test_units_on_their_way(self):
        # A waiter of more than 1 ms was handed a unit when the object becomes plain.
        for _ in range(20):
            sem, came = threading.Semaphore(0), []
            threads = start(3, lambda: came.append(sem.acquire(timeout=support.SHORT_TIMEOUT)))
            time.sleep(0.002)
            with threading.atomic:
                sem.release(2)
                self.assertIn(sem._value, (1, 2))
                vars(sem)
            sem.release(2)
            join_all(threads)
            self.assertEqual((came, sem._value), ([True] * 3, 1))

    def test_units_that_nobody_is_on_the_way_for(self):
        # One waiter is woken, and would wake the next one; but the object becomes plain.
        for pause in 0, 0.002:
            for _ in range(20):
                sem, came = threading.Semaphore(0), []
                threads = start(3, lambda: came.append(sem.acquire()))
                time.sleep(pause)
                with threading.atomic:
                    sem.release(3)
                    vars(sem)
                join_all(threads)
                self.assertEqual((came, sem._value), ([True] * 3, 0))

    def test_in_a_storm(self):
        # Tokens are passed on; objects are looked into at any moment.
        rng = random.Random(11)
        for _ in range(30):
            n, cond, tokens, taken = 60, threading.Condition(), [0], [0]
            event, sem = threading.Event(), threading.Semaphore(0)

            def produce():
                for _ in range(n):
                    with cond:
                        tokens[0] += 1
                        cond.notify()
                    sem.release()
                event.set()

            def consume():
                while taken[0] < 2 * n:
                    with cond:
                        if not tokens[0] and not cond.wait(rng.choice([0.0003, 0.01])):
                            continue
                        if tokens[0]:
                            tokens[0] -= 1
                            taken[0] += 1
                    if not sem.acquire(timeout=support.SHORT_TIMEOUT):
                        raise AssertionError("a unit is lost")
                event.wait()
                with cond:
                    cond.notify_all()

            def look():
                time.sleep(rng.uniform(0, 0.005))
                for each in rng.sample([cond, sem, event], 3):
                    vars(each)
                    time.sleep(rng.uniform(0, 0.001))
                for _ in range(n):
                    with cond:
                        tokens[0] += 1
                        cond.notify()
                    sem.release()
                for _ in range(3):
                    sem.release()
            run_threads([produce, consume, consume, consume, look])


class Modules(unittest.TestCase):
    """threading executed more than once."""

    def test_reload(self):
        self.assertEqual(run_child_ok("""
            import importlib, threading
            from test.support.plus_helper import is_native
            old = threading.Event()
            for _ in range(3):
                importlib.reload(threading)
            thread = threading.Thread(target=print, args=("ran",))
            thread.start()
            thread.join()
            assert is_native(old) and is_native(threading.Event())
            assert not old.wait(0.001) and not threading.Event().wait(0.001)
            """), "ran\n")

    def test_copies(self):
        fresh = import_helper.import_fresh_module("threading")
        self.assertIsNot(fresh.Event, threading.Event)
        for module in fresh, threading:
            event = module.Event()
            self.assertTrue(is_native(event) or module is fresh)
            # Each looks at its own globals.
            with mock.patch.object(module, "_allocate_lock",
                                   side_effect=module._allocate_lock) as allocate:
                self.assertFalse(event.wait(0.001))
                self.assertFalse((threading if module is fresh else fresh).Event().wait(0.001))
            allocate.assert_called_once_with()

    def test_without_other_modules(self):
        self.assertEqual(run_child_ok("""
            import sys
            for name in list(sys.modules):
                if name not in ("sys", "builtins"):
                    del sys.modules[name]
            import threading
            print(threading.Event().wait(0.001))
            """), "False\n")


class Frames(unittest.TestCase):
    """Dumps and profilers find that a thread waits, in threading.py."""

    def innermost(self, wait, wake):
        thread = threading.Thread(target=wait)
        thread.start()
        wait_until_waiting(thread)
        frame = sys._current_frames()[thread.ident]
        wake()
        join_all([thread])
        return frame.f_code.co_name, os.path.basename(frame.f_code.co_filename)

    def test_waits(self):
        cond, event, sem = threading.Condition(), threading.Event(), threading.Semaphore(0)

        def wait_for_condition():
            with cond:
                cond.wait()

        def notify():
            with cond:
                cond.notify()
        for wait, wake in ((wait_for_condition, notify), (event.wait, event.set),
                           (sem.acquire, sem.release)):
            self.assertEqual(self.innermost(wait, wake), ("wait", "threading.py"))


@support.requires_fork()
class Forks(unittest.TestCase):
    """In the child nobody comes for what was handed to a thread of the parent."""

    def test_released_before_the_fork(self):
        makes = {"Lock": threading.Lock, "RLock": threading.RLock,
                 "Semaphore": lambda: threading.Semaphore(1),
                 "BoundedSemaphore": lambda: threading.BoundedSemaphore(1)}
        for name, make in makes.items():
            for looked in (False, True) * 3:
                if looked and not name.endswith("Semaphore"):
                    continue
                with self.subTest(name, looked=looked):
                    lock = make()
                    lock.acquire()

                    def take():
                        lock.acquire()
                        lock.release()
                    threads = start(1, take)
                    time.sleep(0.003)       # so long that it is handed over
                    with threading.atomic:
                        lock.release()
                        if looked:
                            vars(lock)
                        pid = os.fork()
                    if pid == 0:
                        try:
                            ok = lock.acquire(timeout=2) and not lock.acquire(False)
                        except RuntimeError:
                            ok = False
                        if name == "RLock":
                            ok = lock.acquire(False)
                        os._exit(0 if ok else 1)
                    support.wait_process(pid, exitcode=0)
                    join_all(threads)


if __name__ == "__main__":
    unittest.main()
