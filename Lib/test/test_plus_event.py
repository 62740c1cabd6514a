"""threading.Event as a program sees it, beside CPython's class (threading._PyEvent)."""

import copy
import gc
import inspect
import pickle
import threading
import time
import unittest
import warnings
import weakref
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import join_all, run_child_ok, run_threads

threading_helper.requires_working_threading(module=True)


class EventTests:
    def test_signatures(self):
        event = self.cls()
        for name in "is_set", "isSet", "set", "clear":
            self.assertEqual(str(inspect.signature(getattr(event, name))), "()", name)
        self.assertEqual(str(inspect.signature(event.wait)), "(timeout=None)")
        self.assertEqual(str(inspect.signature(self.cls)), "()")
        self.assertRaises(TypeError, self.cls, 1)
        self.assertRaises(TypeError, event.wait, 1, 2)
        self.assertRaises(TypeError, event.wait, "1")
        self.assertRaises(OverflowError, event.wait, threading.TIMEOUT_MAX * 1.01)

    def test_names(self):
        self.assertEqual((self.cls.__module__, self.cls.__qualname__),
                         ("threading", "Event"))

    def test_flag(self):
        event = self.cls()
        self.assertIs(event.is_set(), False)
        self.assertIs(event.wait(0), False)
        self.assertIs(event.wait(-1), False)
        self.assertIsNone(event.set())
        self.assertIs(event.is_set(), True)
        self.assertIs(event.wait(), True)
        self.assertIs(event.wait(timeout=0), True)
        self.assertIsNone(event.clear())
        self.assertIs(event.is_set(), False)

    def test_the_condition_inside(self):
        event = self.cls()
        results = []

        def wait():
            with event._cond:
                results.append(event._cond.wait_for(lambda: event._flag,
                                                    support.SHORT_TIMEOUT))

        thread = threading.Thread(target=wait)
        thread.start()
        plus_helper.wait_until_waiting(thread)
        event.set()
        join_all([thread])
        self.assertEqual(results, [True])

    def test_repr(self):
        event = self.cls()
        self.assertRegex(repr(event), r"^<threading\.Event at 0x[0-9a-f]+: unset>$")
        event.set()
        self.assertRegex(repr(event), r"^<threading\.Event at 0x[0-9a-f]+: set>$")

        class Derived(self.cls):
            def __init__(self, colour):
                super().__init__()
                self.colour = colour

        derived = Derived("red")
        self.assertIn(f"{__name__}.", repr(derived))
        self.assertIn("Derived at 0x", repr(derived))
        self.assertEqual(derived.colour, "red")

    def test_weak_references_and_the_collector(self):
        event = self.cls()
        event.itself = event
        ref = weakref.ref(event)
        del event
        gc.collect()
        self.assertIsNone(ref())

    def test_no_copies(self):
        self.assertRaises(TypeError, copy.deepcopy, self.cls())

    def test_the_deprecated_name(self):
        with warnings.catch_warnings(record=True) as seen:
            warnings.simplefilter("always")
            self.assertIs(self.cls().isSet(), False)
        self.assertEqual([str(w.message) for w in seen],
                         ["isSet() is deprecated, use is_set() instead"])
        self.assertEqual(seen[0].filename, __file__)

    def test_time_out(self):
        begin = time.monotonic()
        self.assertIs(self.cls().wait(0.02), False)
        self.assertGreaterEqual(time.monotonic() - begin, 0.02)

    def test_all_who_wait_go_on(self):
        event, n = self.cls(), 100
        results = []
        threads = [threading.Thread(target=lambda: results.append(event.wait()))
                   for _ in range(n)]
        for thread in threads:
            thread.start()
        plus_helper.wait_until_waiting(*threads)
        event.set()
        event.clear()       # who waited is told so all the same
        join_all(threads)
        self.assertEqual(results, [True] * n)

    def test_ping_pong(self):
        a, b = self.cls(), self.cls()

        def play(mine, other):
            for _ in range(200):
                mine.wait()
                mine.clear()
                other.set()

        a.set()
        run_threads([lambda: play(a, b), lambda: play(b, a)])
        self.assertTrue(a.is_set())
        self.assertFalse(b.is_set())

    def test_set_at_the_moment_of_a_time_out(self):
        for i in range(100):
            event = self.cls()
            run_threads([lambda: event.wait(0.0001 + i * 1e-6) or event.wait(),
                         lambda: (time.sleep(0.0001), event.set())])


class Native(EventTests, unittest.TestCase):
    cls = threading.Event

    def test_no_pickles(self):
        self.assertRaises(TypeError, pickle.dumps, threading.Event())


class Python(EventTests, unittest.TestCase):
    cls = threading._PyEvent


@support.requires_subprocess()
class Signals(unittest.TestCase):
    def test_a_handler_sets_what_its_thread_waits_for(self):
        self.assertEqual(run_child_ok("""
            import signal, threading
            event = threading.Event()
            signal.signal(signal.SIGALRM, lambda *args: event.set())
            signal.setitimer(signal.ITIMER_REAL, 0.02)
            print(event.wait(60))
            """), "True\n")

    def test_an_exception_ends_the_wait(self):
        self.assertEqual(run_child_ok("""
            import signal, threading
            event = threading.Event()
            signal.signal(signal.SIGALRM, signal.default_int_handler)
            for _ in range(20):
                try:
                    signal.setitimer(signal.ITIMER_REAL, 0.003)
                    event.wait()
                except KeyboardInterrupt:
                    pass
            event.set()
            print(event.wait())
            """), "True\n")


if __name__ == "__main__":
    unittest.main()
