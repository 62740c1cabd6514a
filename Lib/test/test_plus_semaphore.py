"""Semaphores as a program sees them: what CPython's own lock_tests do not look at.

Done in C and by CPython's Python code.
"""

import copy
import gc
import inspect
import os
import pickle
import random
import threading
import time
import unittest
import weakref
from decimal import Decimal
from fractions import Fraction
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import (join_all, run_child_ok, run_threads,
                                      wait_until_waiting)

threading_helper.requires_working_threading(module=True)

PAIRS = tuple((cls, plus_helper.plain(cls))
              for cls in (threading.Semaphore, threading.BoundedSemaphore))
OURS = tuple(ours for ours, _ in PAIRS)
ALL = tuple(cls for pair in PAIRS for cls in pair)
only_native = unittest.skipUnless(plus_helper.NATIVE_CONDITION,
                                  "describes the native semaphores")


def refusal(function, *args, **kwargs):
    """Call function, which must raise.  Returns the exception's type and text."""
    try:
        function(*args, **kwargs)
    except Exception as exc:
        return type(exc), str(exc)
    raise AssertionError(f"{function} did not raise")


def make_empty(cls, initial=100):
    """Return a semaphore without units that so many may be released to."""
    sem = cls(initial)
    for _ in range(initial):
        sem.acquire(False)
    return sem


def start(*functions):
    """Start a thread for each, one after the other has gone to sleep."""
    threads = []
    for function in functions:
        thread = threading.Thread(target=function, daemon=True)
        thread.start()
        wait_until_waiting(thread)
        threads.append(thread)
    return threads


class Types(unittest.TestCase):
    def test_names(self):
        for ours, base in PAIRS:
            self.assertEqual((ours.__module__, ours.__name__, ours.__qualname__),
                             ("threading", base.__name__, base.__qualname__))
        self.assertEqual(threading.BoundedSemaphore.__bases__, (threading.Semaphore,))

    def test_who_does_it(self):
        for ours, base in PAIRS:
            self.assertIs(plus_helper.is_native(ours()), plus_helper.NATIVE_CONDITION)
            self.assertFalse(plus_helper.is_native(base()))

    def test_the_same_methods_with_the_same_signatures(self):
        for ours, base in PAIRS:
            self.assertEqual(inspect.signature(ours), inspect.signature(base))
            for name in "acquire", "release", "__enter__":
                self.assertEqual(inspect.signature(getattr(ours(), name)),
                                 inspect.signature(getattr(base(), name)))
                self.assertTrue(getattr(ours, name).__doc__)
            self.assertEqual(list(inspect.signature(ours().__exit__).parameters),
                             list(inspect.signature(base().__exit__).parameters))

    def test_repr(self):
        for cls in ALL:
            class Derived(cls):
                pass
            for each in cls, Derived:
                sem = each(3)
                sem.acquire()
                value = "2/3" if issubclass(cls, PAIRS[1]) else "2"
                self.assertEqual(repr(sem), f"<{each.__module__}.{each.__qualname__} "
                                            f"at {id(sem):#x}: value={value}>")

    def test_attributes_can_be_added(self):
        for cls in ALL:
            sem = cls()
            sem.colour = "red"
            self.assertEqual(vars(sem)["colour"], "red")

    def test_weak_references_and_the_collector(self):
        for cls in OURS:
            sem = cls()
            self.assertTrue(gc.is_tracked(sem))
            ref = weakref.ref(sem)
            sem.myself = sem
            del sem
            gc.collect()
            self.assertIsNone(ref())

    def test_no_copies_in_a_pickle(self):
        for cls in OURS:
            for function in pickle.dumps, copy.deepcopy:
                exception, text = refusal(function, cls())
                self.assertIs(exception, TypeError)
                self.assertRegex(text, "^cannot pickle '.*' object$")

    def test_derived_classes(self):
        # "with" calls the changed release(), but not the changed acquire().
        for cls in ALL:
            class Derived(cls):
                def __init__(self):
                    super().__init__(2)
                    self.calls = []

                def acquire(self, *args):
                    self.calls.append("acquire")
                    return super().acquire(*args)

                def release(self):
                    self.calls.append("release")
                    super().release()

            sem = Derived()
            with sem:
                self.assertEqual(sem._value, 1)
            self.assertEqual((sem.calls, sem._value), (["release"], 2))
            self.assertTrue(sem.acquire(False))
            self.assertEqual(sem.calls, ["release", "acquire"])

    def test_init_must_be_called(self):
        for cls in OURS:
            class Derived(cls):
                def __init__(self):
                    pass
            for method in "acquire", "release":
                self.assertEqual(refusal(getattr(Derived(), method)),
                                 (AttributeError, "'Derived' object has no attribute '_cond'"))


class Arguments(unittest.TestCase):
    def test_refused(self):
        no_timeout = (ValueError, "can't specify timeout for non-blocking acquire")
        for cls in ALL:
            self.assertEqual(refusal(cls, -1),
                             (ValueError, "semaphore initial value must be >= 0"))
            self.assertEqual(refusal(cls, "x")[0], TypeError)
            self.assertEqual(refusal(cls, None)[0], TypeError)
            self.assertEqual(refusal(cls, 1, 2)[0], TypeError)
            self.assertEqual(refusal(cls, colour=1)[0], TypeError)
            sem = cls(0)
            self.assertEqual(refusal(sem.acquire, False, 1), no_timeout)
            self.assertEqual(refusal(sem.acquire, False, 0), no_timeout)
            self.assertEqual(refusal(cls(1).acquire, False, 0), no_timeout)
            self.assertEqual(refusal(sem.acquire, timeout="x")[0], TypeError)
            self.assertEqual(refusal(sem.acquire, timeout=1e20)[0], OverflowError)
            self.assertEqual(refusal(sem.acquire, 1, 2, 3)[0], TypeError)
            self.assertEqual(refusal(sem.__exit__)[0], TypeError)
            for n in 0, -1, -10**30, 0.5:
                self.assertEqual(refusal(sem.release, n),
                                 (ValueError, "n must be one or more"))
            self.assertEqual(refusal(sem.release, "x")[0], TypeError)
            self.assertEqual(sem._value, 0)

    def test_accepted(self):
        for cls in ALL:
            for args, kwargs in [((), {}), ((True, None), {}), ((1, 1.0), {}),
                                 ((False,), {}), ((), {"blocking": [0], "timeout": 0}),
                                 ((), {"timeout": -1}), ((), {"timeout": "x"})]:
                sem = cls()
                self.assertIs(sem.acquire(*args, **kwargs), True)
                self.assertIsNone(sem.__exit__(None, None, None))
                self.assertIs(sem.__enter__(*args, **kwargs), True)
                self.assertIsNone(sem.release())

    def test_no_time(self):
        for cls in ALL:
            sem = cls(0)
            for timeout in 0, -1, 0.0, -10**30:
                self.assertIs(sem.acquire(timeout=timeout), False)
            for blocking in False, [], "", 0:
                self.assertIs(sem.acquire(blocking), False)
                self.assertIs(sem.acquire(blocking, None), False)

    def test_numbers(self):
        for cls in ALL:
            self.assertEqual(cls(3.0)._value, 3)
            self.assertEqual(cls(True)._value, 1)
            for many in 10**30, float("inf"):
                sem = cls(many)
                self.assertTrue(sem.acquire(False))
                sem.release()
                self.assertGreater(sem._value, 10**18)

    def test_odd_numbers(self):
        for cls in OURS:
            for number in 1.5, 2.0, Decimal(2), Fraction(5, 2), True, 10**30:
                sem = cls(number)
                self.assertIs(sem._value, number)
                self.assertTrue(sem.acquire(False))
                self.assertEqual(sem._value, number - 1)
                sem.release(1)
                self.assertEqual(sem._value, number)

    def test_bounded(self):
        too_many = (ValueError, "Semaphore released too many times")
        for cls in PAIRS[1]:
            sem = cls(2)
            self.assertEqual(refusal(sem.release), too_many)
            sem.acquire()
            self.assertEqual(refusal(sem.release, 2), too_many)
            self.assertEqual(refusal(sem.release, 10**30), too_many)
            self.assertEqual(sem._value, 1)
            sem.release()
            self.assertEqual(refusal(sem.__exit__, None, None, None), too_many)
            self.assertEqual((sem._value, sem._initial_value), (2, 2))


@only_native
class Order(unittest.TestCase):
    @plus_helper.only_undisturbed
    def test_first_come_first_served(self):
        # Who comes first is served first; who is served first runs first as a rule.
        for cls in OURS:
            for step in 1, 3, 10:
                sem = make_empty(cls)
                order = []

                def take(i):
                    sem.acquire()
                    order.append(i)

                threads = start(*[lambda i=i: take(i) for i in range(10)])
                for begin in range(0, 10, step):
                    end = min(begin + step, 10)
                    sem.release(end - begin)
                    for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                        if len(order) == end:
                            break
                    self.assertEqual(sorted(order[begin:]), list(range(begin, end)))
                join_all(threads)
                self.assertEqual(sem._value, 0)

    @plus_helper.only_undisturbed
    def test_who_leaves_the_queue_does_not_hold_up_the_others(self):
        for cls in OURS:
            sem = make_empty(cls)
            order = []

            def take(i, timeout):
                with threading.atomic:      # or others that have a unit may come first
                    if sem.acquire(timeout=timeout):
                        order.append(i)

            threads = start(*[lambda i=i: take(i, 0.2 if i % 3 == 0 else 60)
                              for i in range(9)])
            time.sleep(0.4)
            sem.release(6)
            join_all(threads)
            self.assertEqual(order, [1, 2, 4, 5, 7, 8])
            self.assertEqual(sem._value, 0)

    def test_units_that_nobody_was_handed_are_free(self):
        # The waiter has waited for long: one unit is its own.  The others are not.
        for cls in OURS:
            sem = make_empty(cls)
            threads = start(sem.acquire)
            time.sleep(0.01)
            sem.release(4)
            taken = [sem.acquire(False) for _ in range(4)]
            join_all(threads)
            self.assertEqual(taken[:3], [True] * 3)
            self.assertEqual(sem._value, 0)
            self.assertFalse(sem.acquire(False))

    def test_who_has_waited_for_long_is_not_overtaken(self):
        for cls in OURS:
            sem = make_empty(cls)
            threads = start(sem.acquire)
            time.sleep(0.01)
            sem.release()
            self.assertFalse(sem.acquire(False))
            join_all(threads)

    def test_a_thread_that_runs_does_not_keep_it_for_ever(self):
        for cls in OURS:
            sem = cls()
            stop = []

            def hog():
                while not stop:
                    with sem:
                        time.sleep(0.0005)

            threads = start(hog, hog)
            waits = []
            for _ in range(5):
                begin = time.monotonic()
                self.assertTrue(sem.acquire(timeout=support.SHORT_TIMEOUT))
                waits.append(time.monotonic() - begin)
                sem.release()
                time.sleep(0.001)
            stop.append(1)
            join_all(threads)
            self.assertLess(plus_helper.median(waits), 0.5 * plus_helper.PATIENCE)


class Units(unittest.TestCase):
    def test_none_is_lost_or_made(self):
        # Threads take and give back; some give up, some release the GIL inside.
        for cls in OURS:
            sem = cls(3)
            inside = [0]
            seeds = iter(range(100))

            def contend():
                rng = random.Random(next(seeds))
                for _ in range(200):
                    timeout = rng.choice([None, rng.uniform(0.00001, 0.0006)])
                    if sem.acquire(timeout=timeout):
                        inside[0] += 1
                        if inside[0] > 3:
                            raise AssertionError("too many have a unit")
                        if rng.random() < 0.3:
                            time.sleep(rng.uniform(0, 0.0003))
                        inside[0] -= 1
                        sem.release()

            with plus_helper.SwitchInterval(1e-5):
                run_threads([contend] * 8)
            self.assertEqual(sem._value, 3)

    def test_a_release_at_the_moment_of_the_time_out(self):
        for cls in OURS:
            sem = make_empty(cls, 1)
            rng = random.Random(3)
            for _ in range(300):
                results = []
                delay = rng.uniform(0.00005, 0.0004)
                thread = threading.Thread(
                    target=lambda: results.append(sem.acquire(timeout=delay)))
                thread.start()
                time.sleep(rng.uniform(0, 0.0005))
                sem.release()
                join_all([thread])
                self.assertEqual(sem._value, 0 if results[0] else 1)
                sem.acquire(False)

    def test_producers_and_consumers(self):
        items, room = threading.Semaphore(0), threading.Semaphore(10)
        queue, n = [], 1000

        def produce():
            for i in range(n):
                room.acquire()
                queue.append(i)
                items.release()

        def consume():
            total = 0
            for i in range(n):
                items.acquire()
                total += queue.pop(0)
                room.release()
            return total

        results = run_threads([produce, consume] * 3)
        self.assertEqual(sum(results[1::2]), 3 * sum(range(n)))
        self.assertEqual((items._value, room._value, queue), (0, 10, []))

    def test_a_thousand_waiters(self):
        n = 1000 if not plus_helper.CHAOS else 100
        for many in True, False:
            sem = threading.Semaphore(0)
            through = []
            threads = [threading.Thread(target=lambda: through.append(sem.acquire()))
                       for _ in range(n)]
            for thread in threads:
                thread.start()
            for _ in range(1 if many else n):
                sem.release(n if many else 1)
            join_all(threads)
            self.assertEqual(through, [True] * n)
            self.assertEqual(sem._value, 0)


class Insides(unittest.TestCase):
    """What programs do that know what CPython's classes are made of."""

    def test_setting_the_value_and_notifying(self):
        for cls in ALL:
            sem = make_empty(cls)
            threads = start(sem.acquire, sem.acquire)
            with sem._cond:
                sem._value += 2
                sem._cond.notify(2)
            join_all(threads)
            self.assertEqual(sem._value, 0)

    def test_waiting_for_the_condition(self):
        for cls in ALL:
            sem = make_empty(cls)

            def wait():
                with sem._cond:
                    while sem._value < 2:
                        sem._cond.wait()

            threads = start(wait)
            sem.release()
            sem.release()
            join_all(threads)
            self.assertEqual(sem._value, 2)

    def test_another_bound(self):
        for cls in PAIRS[1]:
            sem = cls(1)
            sem._initial_value += 1
            sem.release()
            self.assertEqual((sem._value, sem._initial_value), (2, 2))


@only_native    # a handler can come in the middle of CPython's Python code
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

    def test_a_handler_releases_what_its_thread_waits_for(self):
        self.assertEqual(self.child("""
            sem = threading.Semaphore(0)
            signal.signal(signal.SIGALRM, lambda *args: sem.release())
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            print(sem.acquire(timeout=60), sem._value)
            """), "True 0\n")

    def test_a_handler_acquires_before_its_thread(self):
        self.assertEqual(self.child("""
            sem = threading.Semaphore(0)
            order = []
            def handler(*args):
                assert sem.acquire(timeout=60)
                order.append("handler")
            signal.signal(signal.SIGUSR1, handler)
            def other():
                time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGUSR1)
                time.sleep(0.05)
                sem.release()
                time.sleep(0.05)
                sem.release()
            threading.Thread(target=other).start()
            assert sem.acquire(timeout=60)
            order.append("main")
            print(order, sem._value)
            """), "['handler', 'main'] 0\n")

    def test_a_handler_waits_for_a_thread_that_needs_the_semaphore(self):
        # Nothing is granted to a thread while its handler runs.
        self.assertEqual(self.child("""
            sem = threading.Semaphore(0)
            event = threading.Event()
            def other():
                assert sem.acquire(timeout=60)
                event.set()
                sem.release()
            def handler(*args):
                sem.release()
                assert event.wait(60)
            signal.signal(signal.SIGUSR1, handler)
            def send():
                time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGUSR1)
            threading.Thread(target=send).start()
            begin = time.monotonic()
            threading.Timer(0.02, other).start()
            assert sem.acquire(timeout=60)
            print(time.monotonic() - begin < 30, sem._value)
            """), "True 0\n")

    def test_the_time_that_is_left(self):
        self.assertEqual(self.child("""
            sem = threading.Semaphore(0)
            signal.signal(signal.SIGUSR1, lambda *args: None)
            storm(100, 0.002, signal.SIGUSR1)
            begin = time.monotonic()
            assert not sem.acquire(timeout=0.1)
            assert 0.1 <= time.monotonic() - begin < 10
            print("done")
            """), "done\n")

    def test_a_storm_of_sigint_loses_no_unit(self):
        # extend() notes the result before a handler can run.
        self.assertEqual(self.child("""
            class Interrupt(Exception):
                pass
            armed = False
            def handler(*args):
                if armed:
                    raise Interrupt
            signal.signal(signal.SIGINT, handler)
            sem = threading.BoundedSemaphore(2)
            stop = []
            def other():
                while not stop:
                    with sem:
                        time.sleep(0.0001)
            threads = [threading.Thread(target=other) for _ in range(4)]
            for thread in threads:
                thread.start()
            interrupted = 0
            sender = storm(300, 0.001, signal.SIGINT)
            while sender.is_alive():
                got = []
                try:
                    armed = True
                    got.extend(map(sem.acquire, [True], [0.001]))
                    armed = False
                except Interrupt:
                    armed = False
                    interrupted += 1
                if got == [True]:
                    sem.release()
            stop.append(1)
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive()
            print(interrupted > 0, sem._value)
            """), "True 2\n")


@only_native    # CPython's releases go to threads that the child has not got
class Forks(unittest.TestCase):
    @support.requires_fork()
    def test_a_child_has_the_units_and_no_waiters(self):
        for cls in OURS:
            sem = make_empty(cls)
            threads = start(*[sem.acquire] * 3)
            pid = os.fork()
            if pid == 0:
                ok = False
                try:
                    sem.release()
                    ok = sem._value == 1 and sem.acquire(False)
                    thread = threading.Thread(target=sem.acquire)
                    thread.start()
                    time.sleep(0.01)
                    sem.release()
                    thread.join(support.SHORT_TIMEOUT)
                    ok = ok and not thread.is_alive() and sem._value == 0
                finally:
                    os._exit(0 if ok else 1)
            support.wait_process(pid, exitcode=0)
            sem.release(3)
            join_all(threads)
            self.assertEqual(sem._value, 0)

    @support.requires_fork()
    def test_in_the_middle_of_a_release(self):
        # Three units, three waiters on their way: the child has what is left.
        sem = make_empty(threading.Semaphore)
        threads = start(*[sem.acquire] * 3)
        time.sleep(0.01)
        sem.release(3)
        pid = os.fork()
        if pid == 0:
            ok = False
            try:
                left = sem._value
                ok = 0 <= left <= 3 and all(sem.acquire(False) for _ in range(left))
                thread = threading.Thread(target=sem.acquire)
                thread.start()
                time.sleep(0.01)
                sem.release()
                thread.join(support.SHORT_TIMEOUT)
                ok = ok and not thread.is_alive() and not sem.acquire(False)
            finally:
                os._exit(0 if ok else 1)
        support.wait_process(pid, exitcode=0)
        join_all(threads)
        self.assertEqual(sem._value, 0)


UnderOtherPolicy = plus_helper.under_other_policy(__name__)

if __name__ == "__main__":
    unittest.main()
