"""Event as a program sees it: what CPython's own lock_tests do not look at.

Done in C and by CPython's Python code.
"""

import copy
import gc
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
from test.support import plus_helper, threading_helper
from test.support.plus_helper import (join_all, run_child_ok, run_threads,
                                      wait_until_waiting)

threading_helper.requires_working_threading(module=True)

Event, PyEvent = threading.Event, plus_helper.plain(threading.Event)
BOTH = (Event, PyEvent)
only_native = unittest.skipUnless(plus_helper.NATIVE_CONDITION, "describes the native event")


def refusal(function, *args, **kwargs):
    """Call function, which must raise.  Returns the exception's type and text."""
    try:
        function(*args, **kwargs)
    except Exception as exc:
        return type(exc), str(exc)
    raise AssertionError(f"{function} did not raise")


def start_waiters(event, n, note, timeout=None):
    """Start n threads that wait, one after the other; each calls note(i, result)."""
    def wait(i):
        with threading.atomic:      # or others may come first, once the event is set
            note(i, event.wait(timeout))

    threads = []
    for i in range(n):
        thread = threading.Thread(target=wait, args=(i,), daemon=True)
        thread.start()
        wait_until_waiting(thread)
        threads.append(thread)
    return threads


class Types(unittest.TestCase):
    def test_names(self):
        for cls in BOTH:
            self.assertEqual((cls.__module__, cls.__name__, cls.__qualname__),
                             ("threading", "Event", "Event"))

    def test_methods_are_functions(self):
        self.assertEqual(str(inspect.signature(Event)), "()")
        for name, signature in (("wait", "(timeout=None)"), ("set", "()"), ("clear", "()"),
                                ("is_set", "()"), ("isSet", "()")):
            with self.subTest(name):
                self.assertTrue(inspect.isfunction(getattr(Event, name)))
                self.assertTrue(inspect.ismethod(getattr(Event(), name)))
                self.assertEqual(str(inspect.signature(getattr(Event(), name))), signature)
                self.assertTrue(getattr(Event, name).__doc__)

    def test_who_does_it(self):
        self.assertIs(plus_helper.is_native(Event()), plus_helper.NATIVE_CONDITION)
        self.assertFalse(plus_helper.is_native(PyEvent()))

    def test_repr(self):
        class Derived(Event):
            pass
        for cls in BOTH + (Derived,):
            event = cls()
            name = f"{cls.__module__}.{cls.__qualname__}"
            self.assertEqual(repr(event), f"<{name} at {id(event):#x}: unset>")
            event.set()
            self.assertEqual(repr(event), f"<{name} at {id(event):#x}: set>")

    def test_attributes_can_be_added(self):
        for cls in BOTH:
            event = cls()
            event.colour = "red"
            self.assertEqual(vars(event)["colour"], "red")
            del event.colour
            self.assertFalse(hasattr(event, "colour"))

    def test_weak_references_and_the_collector(self):
        event = Event()
        self.assertTrue(gc.is_tracked(event))
        ref = weakref.ref(event)
        event.myself = event
        del event
        gc.collect()
        self.assertIsNone(ref())

    def test_no_copies_in_a_pickle(self):
        for function in pickle.dumps, copy.deepcopy:
            exception, text = refusal(function, Event())
            self.assertIs(exception, TypeError)
            self.assertRegex(text, "^cannot pickle '.*' object$")

    @only_native
    @support.cpython_only
    def test_it_is_small(self):
        self.assertLess(sys.getsizeof(Event()), 100)

    def test_derived_classes(self):
        for cls in BOTH:
            class Derived(cls):
                def __init__(self, name):
                    super().__init__()
                    self.name = name

                def is_set(self):
                    return self.name

                def set(self):
                    self.was = self._flag
                    super().set()

            event = Derived("x")
            event.set()
            event.set()
            with self.assertWarns(DeprecationWarning) as caught:
                self.assertEqual(event.isSet(), "x")
            self.assertEqual(caught.filename, __file__)
            self.assertIs(event.was, True)
            self.assertEqual((event.name, event.wait(0)), ("x", True))


class Arguments(unittest.TestCase):
    def test_refused(self):
        huge = threading.TIMEOUT_MAX * 1.01
        for cls in BOTH:
            event = cls()
            for timeout in "1", [], 1j:
                self.assertIs(refusal(event.wait, timeout)[0], TypeError)
            self.assertIs(refusal(event.wait, huge)[0], OverflowError)
            self.assertIs(refusal(event.wait, 1, 2)[0], TypeError)
            self.assertIs(refusal(event.wait, colour=1)[0], TypeError)
            self.assertIs(refusal(event.set, 1)[0], TypeError)
            self.assertIs(refusal(cls, 1)[0], TypeError)
            self.assertIs(refusal(cls, a=1)[0], TypeError)

    def test_a_set_event_does_not_look_at_the_time_out(self):
        for cls in BOTH:
            event = cls()
            event.set()
            self.assertIs(event.wait("x"), True)

    def test_no_time(self):
        for cls in BOTH:
            for timeout in 0, -1, 0.0, False, float("nan"), -10**30:
                self.assertIs(cls().wait(timeout), False)
                self.assertIs(cls().wait(timeout=timeout), False)


class Waits(unittest.TestCase):
    # CPython's wakes them in that order too, but lets them take the GIL in any.
    @only_native
    @plus_helper.only_undisturbed
    def test_in_the_order_in_which_they_came(self):
        event = Event()
        order = []
        threads = start_waiters(event, 10, lambda i, result: order.append((i, result)))
        event.set()
        join_all(threads)
        self.assertEqual(order, [(i, True) for i in range(10)])

    def test_clear_does_not_take_it_back(self):
        event = Event()
        results = []
        threads = start_waiters(event, 5, lambda i, result: results.append(result),
                                support.LONG_TIMEOUT)
        event.set()
        event.clear()
        join_all(threads)
        self.assertEqual(results, [True] * 5)
        self.assertFalse(event.is_set())
        self.assertFalse(event.wait(0.001))

    def test_the_time_out(self):
        event = Event()
        begin = time.monotonic()
        self.assertIs(event.wait(0.05), False)
        waited = time.monotonic() - begin
        self.assertGreaterEqual(waited, 0.05)
        self.assertLess(waited, 0.05 + 1.0 * plus_helper.PATIENCE)

    def test_set_at_the_same_moment(self):
        # wait() tells the truth: False only if set() has not been called.
        rng = random.Random(4)
        for _ in range(200):
            event = Event()
            came = []

            def wait():
                result = event.wait(rng.uniform(0.00001, 0.0004))
                came.append((result, event.is_set()))

            threads = [threading.Thread(target=wait) for _ in range(3)]
            for thread in threads:
                thread.start()
            time.sleep(rng.uniform(0, 0.0004))
            event.set()
            join_all(threads)
            for result, was_set in came:
                self.assertTrue(was_set or not result)
            self.assertTrue(event.wait(0))

    def test_ping_pong(self):
        ping, pong = Event(), Event()
        rounds = 2000

        def echo():
            for _ in range(rounds):
                ping.wait()
                ping.clear()
                pong.set()

        def call():
            for _ in range(rounds):
                ping.set()
                pong.wait()
                pong.clear()

        run_threads([echo, call])
        self.assertFalse(ping.is_set() or pong.is_set())

    def test_a_thousand_waiters(self):
        n = 1000 if not plus_helper.CHAOS else 100
        event = Event()
        through = []
        with threading_helper.start_threads(
                [threading.Thread(target=lambda: through.append(event.wait()))
                 for _ in range(n)], unlock=event.set):
            self.assertEqual(through, [])
            event.set()
        self.assertEqual(through, [True] * n)

    def test_waiters_keep_it_alive(self):
        through = []

        def wait():
            event = Event()
            refs.append(weakref.ref(event))
            through.append(event.wait(0.05))

        refs = []
        run_threads([wait] * 5)
        gc.collect()
        self.assertEqual([ref() for ref in refs], [None] * 5)
        self.assertEqual(through, [False] * 5)


class Insides(unittest.TestCase):
    """What programs do that know what CPython's class is made of."""

    def test_setting_the_flag_and_notifying(self):
        for cls in BOTH:
            event = cls()
            results = []
            threads = start_waiters(event, 2, lambda i, result: results.append(result))
            with event._cond:
                event._flag = True
                event._cond.notify_all()
            join_all(threads)
            self.assertEqual(results, [True, True])
            event._flag = False
            self.assertFalse(event.is_set())

    def test_waiting_for_the_condition(self):
        for cls in BOTH:
            event = cls()
            results = []

            def wait():
                with event._cond:
                    results.append(event._cond.wait_for(event.is_set,
                                                        support.SHORT_TIMEOUT))

            thread = threading.Thread(target=wait)
            thread.start()
            wait_until_waiting(thread)
            event.set()
            join_all([thread])
            self.assertEqual(results, [True])

    def test_a_condition_of_their_own(self):
        for cls in BOTH:
            event = cls()
            cond = event._cond = threading.Condition()
            self.assertIs(event._cond, cond)
            with cond:
                event.set()
            self.assertTrue(event.is_set())

    def test_a_condition_that_fails(self):
        for cls in BOTH:
            class Broken(threading.Condition):
                def notify_all(self):
                    raise LookupError("broken")
            event = cls()
            event._cond = Broken(threading.Lock())
            self.assertEqual(refusal(event.set), (LookupError, "broken"))
            self.assertTrue(event.is_set())
            self.assertTrue(event._cond.acquire(False))


@support.requires_subprocess()
class Signals(unittest.TestCase):
    PRELUDE = """
import os, signal, threading, time

def storm(n, pause, sig):
    def send():
        for _ in range(n):
            os.kill(os.getpid(), sig)
            time.sleep(pause)
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread
"""

    def child(self, code):
        from textwrap import dedent
        return run_child_ok(self.PRELUDE + dedent(code))

    def test_a_handler_sets_what_its_thread_waits_for(self):
        self.assertEqual(self.child("""
            event = threading.Event()
            signal.signal(signal.SIGALRM, lambda *args: event.set())
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            print(event.wait(60))
            """), "True\n")

    def test_a_handler_sets_and_clears_it(self):
        self.assertEqual(self.child("""
            event = threading.Event()
            def handler(*args):
                event.set()
                event.clear()
            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            print(event.wait(60), event.is_set())
            """), "True False\n")

    def test_a_handler_waits_for_the_same(self):
        self.assertEqual(self.child("""
            event = threading.Event()
            order = []
            def handler(*args):
                order.append(event.wait(60))
            signal.signal(signal.SIGUSR1, handler)
            def other():
                time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGUSR1)
                time.sleep(0.05)
                event.set()
            threading.Thread(target=other).start()
            order.append(event.wait(60))
            print(order)
            """), "[True, True]\n")

    def test_the_time_that_is_left(self):
        self.assertEqual(self.child("""
            event = threading.Event()
            signal.signal(signal.SIGUSR1, lambda *args: None)
            storm(100, 0.002, signal.SIGUSR1)
            begin = time.monotonic()
            assert not event.wait(0.1)
            assert 0.1 <= time.monotonic() - begin < 10
            print("done")
            """), "done\n")

    def test_a_storm_of_sigint(self):
        self.assertEqual(self.child("""
            armed = False
            def handler(*args):
                if armed:
                    raise KeyboardInterrupt
            signal.signal(signal.SIGINT, handler)
            event = threading.Event()
            stop = []
            def other():
                while not stop:
                    event.set()
                    event.clear()
                    time.sleep(0.0002)
            thread = threading.Thread(target=other)
            thread.start()
            interrupted = 0
            sender = storm(300, 0.001, signal.SIGINT)
            while sender.is_alive():
                try:
                    armed = True
                    event.wait(0.0004)
                    armed = False
                except KeyboardInterrupt:
                    armed = False
                    interrupted += 1
            stop.append(1)
            thread.join(60)
            event.clear()
            assert not event.wait(0.01)
            event.set()
            assert event.wait(0)
            print(interrupted > 0)
            """), "True\n")


class Forks(unittest.TestCase):
    @support.requires_fork()
    @threading_helper.reap_threads
    def test_a_child_has_no_waiters(self):
        event = Event()
        results = []
        threads = start_waiters(event, 3, lambda i, result: results.append(result))
        pid = os.fork()
        if pid == 0:
            ok = False
            try:
                event._at_fork_reinit()
                event.clear()
                thread = threading.Thread(target=event.wait)
                thread.start()
                time.sleep(0.01)
                event.set()
                thread.join(support.SHORT_TIMEOUT)
                ok = not thread.is_alive() and event.wait(0)
            finally:
                os._exit(0 if ok else 1)
        support.wait_process(pid, exitcode=0)
        event.set()
        join_all(threads)
        self.assertEqual(results, [True] * 3)


UnderOtherPolicy = plus_helper.under_other_policy(__name__)

if __name__ == "__main__":
    unittest.main()
