"""Behaviour of the I/O-priority GIL, under both policies."""

import _thread
import inspect
import os
import signal
import socket
import sys
import threading
import time
import unittest
from test import support
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import PATIENCE, Burners, SwitchInterval, run_threads

threading_helper.requires_working_threading(module=True)

LIMIT = support.SHORT_TIMEOUT

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


def setUpModule():
    unittest.addModuleCleanup(threading_helper.threading_cleanup,
                              *threading_helper.threading_setup())


class GilInfoTests(unittest.TestCase):
    # field, values that are possible, or None for any text
    FIELDS = [("policy", plus_helper.POLICIES),
              ("parker", ("sem", "futex", "cond")),
              ("version", None)]

    def test_has_the_documented_fields(self):
        info = _thread.gil_info()
        self.assertIsInstance(info, tuple)
        self.assertEqual(len(info), len(self.FIELDS))
        for i, (name, values) in enumerate(self.FIELDS):
            with self.subTest(field=name):
                value = getattr(info, name)
                self.assertIs(type(value), str)
                self.assertEqual(value, info[i])
                if values is not None:
                    self.assertIn(value, values)

    def test_version_is_three_numbers(self):
        self.assertRegex(_thread.gil_info().version, r"\A\d+\.\d+\.\d+")

    def test_repr_names_the_fields(self):
        self.assertRegex(repr(_thread.gil_info()),
                         r"gil_info\(policy='\w+', parker='\w+', version='[^']+'\)")

    def test_cannot_be_changed(self):
        with self.assertRaises(AttributeError):
            _thread.gil_info().policy = "stock"

    def test_has_a_signature_and_a_docstring(self):
        self.assertEqual(str(inspect.signature(_thread.gil_info)), "()")
        self.assertRegex(_thread.gil_info.__doc__, r"\AReturn what schedules")
        self.assertIn("policy", type(_thread.gil_info()).policy.__doc__)

    def test_takes_no_arguments(self):
        self.assertRaises(TypeError, _thread.gil_info, 1)

    def test_is_the_same_in_every_thread(self):
        here = _thread.gil_info()
        self.assertEqual(run_threads([_thread.gil_info] * 3), [here] * 3)

    def test_follows_the_command_line(self):
        if plus_helper.CHILD_MARK not in os.environ:
            self.skipTest("asked in the child that runs the other policy")
        self.assertEqual(_thread.gil_info().policy, sys._xoptions["plus_gil"])


class ProgressTests(unittest.TestCase):
    THREADS = [1, 2, 8, 100]

    def test_every_thread_comes_to_its_end(self):
        for n in self.THREADS:
            with self.subTest(threads=n):
                rounds = 100_000 // n

                def count():
                    done = 0
                    while done < rounds:
                        done += 1
                    return done

                self.assertEqual(run_threads([count] * n), [rounds] * n)

    def test_one_thread_at_a_time_changes_a_list(self):
        # list.append() takes no lock: only the GIL keeps the list whole.
        for n in self.THREADS:
            with self.subTest(threads=n), SwitchInterval(1e-5):
                rounds = 20_000 // n
                shared = []

                def append():
                    for _ in range(rounds):
                        shared.append(None)

                run_threads([append] * n)
                self.assertEqual(len(shared), rounds * n)

    def test_one_thread_at_a_time_resizes_a_dictionary(self):
        with SwitchInterval(1e-5):
            shared = {}

            def fill(base):
                for i in range(5000):
                    shared[base + i] = i
                for i in range(0, 5000, 2):
                    del shared[base + i]

            run_threads([lambda base=n * 5000: fill(base) for n in range(4)])
            self.assertEqual(len(shared), 4 * 2500)

    def test_all_of_many_cpu_threads_run(self):
        with SwitchInterval(0.0005), Burners(20) as burners:
            burners.wait_for_progress()


class SwitchIntervalTests(unittest.TestCase):
    INTERVALS = [1e-6, 1e-4, 0.005, 0.1, 10.0]
    REFUSED = [0, 0.0, -0.1]

    def test_what_is_set_can_be_read(self):
        for seconds in self.INTERVALS:
            with self.subTest(seconds=seconds), SwitchInterval(seconds):
                self.assertAlmostEqual(sys.getswitchinterval(), seconds)

    def test_no_time_at_all_is_refused(self):
        for seconds in self.REFUSED:
            with self.subTest(seconds=seconds):
                self.assertRaises(ValueError, sys.setswitchinterval, seconds)

    def test_the_default_is_that_of_cpython(self):
        code = "import sys; print(sys.getswitchinterval())"
        self.assertEqual(plus_helper.run_child_ok(code).strip(), "0.005")

    def test_cpu_threads_take_turns(self):
        # Two threads that never release: only the timer of the one that waits
        # makes them alternate, whatever the interval.
        for seconds in 1e-6, 1e-4, 0.005, 0.05:
            with self.subTest(seconds=seconds), SwitchInterval(seconds):
                self.assertGreaterEqual(turns_of_two_threads(10), 10)

    def test_a_new_interval_holds_for_threads_that_run(self):
        with SwitchInterval(0.2), Burners(2) as burners:
            sys.setswitchinterval(1e-4)
            start = time.monotonic()
            for _ in range(3):
                burners.wait_for_progress()
            self.assertLess(time.monotonic() - start, 5 * PATIENCE)

    def test_a_switch_takes_a_slice(self):
        # The reverse: with a long interval, threads that only compute do not
        # alternate faster.  0.3 s have room for 6 slices of 50 ms; 20 alternations
        # would need 1 s.
        with SwitchInterval(0.05):
            start = time.perf_counter()
            turns = turns_of_two_threads(6)
            self.assertGreater((time.perf_counter() - start) / turns, 0.015)


def turns_of_two_threads(enough):
    """Compute in two threads until `enough` times the other one has run, or
    10 s have passed.  Returns how often."""
    log = []
    deadline = time.monotonic() + 10

    def compute(me):
        while len(log) <= enough and time.monotonic() < deadline:
            if not log or log[-1] != me:
                log.append(me)

    run_threads([lambda: compute(1), lambda: compute(2)])
    return len(log) - 1


class WakeUpTests(unittest.TestCase):
    """A thread that comes back from a blocking call beside CPU-bound threads.

    The CPU threads never release the GIL, so the thread that wakes has to ask.
    io: it asks at once, as an I/O waiter before a CPU-bound holder; the holder
    looks at its eval breaker within microseconds.  Expected: about 0.1 ms.
    stock: it asks when it has waited for a switch interval, 5 ms by default.
    """

    @plus_helper.only_io
    def test_comes_soon(self):
        for n in 1, 2, 4:
            with self.subTest(threads=n), Burners(n) as burners:
                burners.wait_for_progress()
                late = plus_helper.best_of(
                    3, lambda: plus_helper.median(plus_helper.lateness()),
                    lambda late: late < 0.003 * PATIENCE)
                self.assertLess(late, 0.003 * PATIENCE)

    @plus_helper.only_io
    def test_does_not_depend_on_the_switch_interval(self):
        with SwitchInterval(0.1 * PATIENCE), Burners(1) as burners:
            late = plus_helper.best_of(
                3, lambda: plus_helper.median(plus_helper.lateness(times=20)),
                lambda late: late < 0.01 * PATIENCE)
            self.assertLess(late, 0.01 * PATIENCE)

    @plus_helper.only_stock
    def test_comes_after_a_switch_interval(self):
        # This shows that the policy is stock's, in the same binary.
        with SwitchInterval(0.03), Burners(1):
            late = plus_helper.median(plus_helper.lateness(times=10))
            self.assertGreater(late, 0.025)
            self.assertLess(late, 1.0 * PATIENCE)

    def test_the_cpu_thread_goes_on_as_well(self):
        with Burners(1) as burners:
            for _ in range(5):
                plus_helper.lateness(times=5)
                burners.wait_for_progress()

    def test_data_arrives_beside_cpu_threads(self):
        with Burners(2):
            a, b = socket.socketpair()
            with a, b:
                a.settimeout(LIMIT)
                b.settimeout(LIMIT)

                def echo():
                    for _ in range(20):
                        b.sendall(b.recv(1))

                def ask():
                    for i in range(20):
                        a.sendall(bytes([i]))
                        self.assertEqual(a.recv(1), bytes([i]))

                run_threads([echo, ask])

    def test_sleep_0_lets_others_run(self):
        # The thread releases and comes back at once.  With nobody but it and a
        # CPU-bound thread, both must get on.
        with Burners(1) as burners:
            for _ in range(200 if plus_helper.POLICY == "io" else 20):
                time.sleep(0)
            burners.wait_for_progress()


@plus_helper.only_undisturbed
class NotifierTests(unittest.TestCase):
    # A thread that wakes another one goes on for a moment: its turn is an I/O
    # turn, which is not interrupted in its first half millisecond.  Expected: 0
    # of 100.  An account that takes the sleep for GIL use makes it 15 or more.
    def test_is_not_interrupted_by_the_thread_that_it_wakes(self):
        condition = threading.Condition()
        done = threading.Semaphore(0)
        items = []
        goes_on = True
        overtaken = 0

        def wait_for_items():
            nonlocal overtaken
            for _ in range(100):
                with condition:
                    while not items:
                        condition.wait()
                    items.pop()
                overtaken += not goes_on
                done.release()

        waiter = threading.Thread(target=wait_for_items)
        with threading_helper.start_threads([waiter]):
            for _ in range(100):
                time.sleep(0.0005)
                goes_on = False
                with condition:
                    items.append(1)
                    condition.notify()
                goes_on = True
                self.assertTrue(done.acquire(timeout=support.SHORT_TIMEOUT))
        self.assertLess(overtaken, 10)


@plus_helper.only_undisturbed
class ParkingTests(unittest.TestCase):
    def test_waiters_sleep(self):
        # Of many waiters only the first runs a timer.  30 CPU threads make 200
        # switches a second, each a park and a few looks: under 2000.  Where each
        # waiter wakes once in a slice to ask for the GIL, as in CPython, there
        # are 6000.
        resource = import_helper.import_module("resource")

        def parks():
            before = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw
            start = time.perf_counter()
            time.sleep(0.4)
            parked = resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw - before
            return parked / (time.perf_counter() - start)

        with Burners(30):
            self.assertLess(plus_helper.best_of(3, parks, lambda n: n < 3000), 3000)


class ErrnoTests(unittest.TestCase):
    """A system call's errno is read after the GIL has been taken again."""

    def missing_file(self):
        with self.assertRaises(FileNotFoundError):
            os.stat("/no/such/file")

    def bad_descriptor(self):
        with self.assertRaises(OSError) as caught:
            os.read(-1, 1)
        self.assertEqual(caught.exception.errno, 9)

    def not_a_folder(self):
        with self.assertRaises(NotADirectoryError):
            os.open(__file__ + "/x", os.O_RDONLY)

    def test_errno_survives_the_wait_for_the_gil(self):
        def repeat(function):
            for _ in range(50):
                function()

        with SwitchInterval(1e-4), Burners(1):
            run_threads([lambda f=f: repeat(f) for f in
                         (self.missing_file, self.bad_descriptor, self.not_a_folder)])


class PendingWorkTests(unittest.TestCase):
    """What the holder does at its eval breaker, besides giving way."""

    def test_pending_calls_run_in_the_main_thread(self):
        testcapi = import_helper.import_module("_testcapi")
        done = []
        main = threading.get_ident()

        def submit():
            # 2 * 15 calls fit the queue, which holds 32: nothing empties it
            # while the main thread waits for these threads.
            for _ in range(15):
                while not testcapi._pending_threadfunc(
                        lambda: done.append(threading.get_ident())):
                    time.sleep(0.001)

        with Burners(2):
            run_threads([submit] * 2)
            for _ in support.busy_retry(LIMIT):
                if len(done) == 30:
                    break
        self.assertEqual(set(done), {main})

    def test_pending_calls_of_the_interpreter_run_in_any_thread(self):
        internal = import_helper.import_module("_testinternalcapi")
        done = []
        with Burners(2):
            run_threads([lambda: internal.pending_threadfunc(
                lambda: done.append(1), 20, ensure_added=True)] * 2)
            for _ in support.busy_retry(LIMIT):
                if len(done) == 40:
                    break

    def test_an_asynchronous_exception_ends_a_cpu_thread(self):
        ctypes = import_helper.import_module("ctypes")

        class Stop(Exception):
            pass

        ended = []
        inside = threading.Semaphore(0)

        def burn():
            try:
                inside.release()
                while True:
                    pass
            except Stop:
                ended.append(True)

        with Burners(2):
            threads = [threading.Thread(target=burn, daemon=True) for _ in range(3)]
            for thread in threads:
                thread.start()
            for thread in threads:
                self.assertTrue(inside.acquire(timeout=LIMIT))
            for thread in threads:
                self.assertEqual(ctypes.pythonapi.PyThreadState_SetAsyncExc(
                    ctypes.c_ulong(thread.ident), ctypes.py_object(Stop)), 1)
            plus_helper.join_all(threads)
        self.assertEqual(len(ended), 3)

    @support.requires_gil_enabled()
    def test_garbage_is_collected_beside_cpu_threads(self):
        import gc
        import weakref

        class Node:
            pass

        def make():
            node = Node()
            node.me = node
            return weakref.ref(node)

        with Burners(2):
            refs = run_threads([make] * 10)
            gc.collect()
        self.assertEqual([ref() for ref in refs], [None] * 10)


@unittest.skipUnless(hasattr(signal, "setitimer"), "needs setitimer()")
class SignalTests(unittest.TestCase):
    """Signals come to the main thread: while it waits for the GIL, computes, or
    blocks.  Their handlers run there, as soon as it has the GIL."""

    def install(self, number, handler):
        old = signal.signal(number, handler)
        self.addCleanup(signal.signal, number, old)

    def timer(self, handler, seconds):
        self.install(signal.SIGALRM, handler)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        signal.setitimer(signal.ITIMER_REAL, seconds, seconds)

    def test_a_timer_is_handled_beside_cpu_threads(self):
        seen = []
        with Burners(2):
            self.timer(lambda *args: seen.append(threading.get_ident()), 0.002)
            for _ in support.busy_retry(LIMIT):
                if len(seen) >= 20:
                    break
            signal.setitimer(signal.ITIMER_REAL, 0)
        self.assertEqual(set(seen), {threading.get_ident()})

    def test_a_timer_is_handled_while_the_main_thread_sleeps(self):
        seen = []
        with Burners(2):
            self.timer(lambda *args: seen.append(1), 0.005)
            for _ in support.sleeping_retry(LIMIT, max_delay=0.1):
                if len(seen) >= 10:
                    break
            signal.setitimer(signal.ITIMER_REAL, 0)

    def test_a_handler_may_raise(self):
        class Alarm(Exception):
            pass

        def handler(*args):
            raise Alarm

        self.install(signal.SIGUSR1, handler)
        with Burners(2):
            for block in (time.sleep, lambda s: threading.Lock().acquire(timeout=s),
                          self.compute):
                # Not a Timer: on a busy machine it fires while start() still waits.
                main, ready = threading.get_ident(), threading.Event()

                def kill():
                    ready.wait()
                    time.sleep(0.02 * PATIENCE)
                    signal.pthread_kill(main, signal.SIGUSR1)

                killer = threading.Thread(target=kill)
                killer.start()
                with self.assertRaises(Alarm):
                    ready.set()
                    lock = threading.Lock()
                    lock.acquire()
                    block(LIMIT)
                    lock.acquire(timeout=LIMIT)     # if block() returned at once
                killer.join()

    @staticmethod
    def compute(seconds):
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            pass

    def test_a_signal_to_a_thread_that_waits_for_the_gil_is_no_wake_up(self):
        # sem_wait() returns with EINTR in a thread that has not got the GIL.
        self.install(signal.SIGUSR1, lambda *args: None)
        with Burners(4) as burners:
            idents = [t.ident for t in burners._threads]
            for i in range(200):
                signal.pthread_kill(idents[i % 4], signal.SIGUSR1)
            burners.wait_for_progress()


class ForeignThreadTests(unittest.TestCase):
    """Threads that Python did not create: PyGILState_Ensure()."""

    def test_a_c_thread_calls_python(self):
        testcapi = import_helper.import_module("_testcapi")
        seen = []
        with Burners(2):
            for _ in range(10):
                testcapi.call_in_temporary_c_thread(
                    lambda: seen.append(threading.get_ident()), True)
        self.assertEqual(len(seen), 10)
        self.assertNotIn(threading.get_ident(), seen)

    def test_many_c_threads_call_python_at_once(self):
        ctypes = import_helper.import_module("ctypes")
        libc = ctypes.CDLL(None)
        seen = []

        def body(argument):
            for _ in range(20):
                seen.append(argument)
                time.sleep(0)
            return None

        callback = ctypes.CFUNCTYPE(ctypes.c_void_p, ctypes.c_void_p)(body)
        threads = [ctypes.c_ulong() for _ in range(8)]
        with SwitchInterval(1e-4), Burners(1):
            for i, thread in enumerate(threads, 1):
                self.assertEqual(0, libc.pthread_create(
                    ctypes.byref(thread), None, callback, ctypes.c_void_p(i)))
            for thread in threads:
                self.assertEqual(0, libc.pthread_join(thread, None))
        self.assertEqual(sorted(seen), sorted(list(range(1, 9)) * 20))


class LongCallTests(unittest.TestCase):
    """A C function that does not look at the eval breaker keeps the GIL."""

    def test_waiters_run_when_it_is_over(self):
        woken = []

        def sleep():
            time.sleep(0.001)
            woken.append(time.perf_counter())

        threads = [threading.Thread(target=sleep) for _ in range(5)]
        for thread in threads:
            thread.start()
        sum(range(5_000_000))
        plus_helper.join_all(threads)
        self.assertEqual(len(woken), 5)

    def test_threads_of_long_calls_take_turns(self):
        done = []

        def call(me):
            for _ in range(5):
                sum(range(500_000))
                done.append(me)

        run_threads([lambda i=i: call(i) for i in range(3)])
        self.assertEqual(sorted(done), sorted([0, 1, 2] * 5))


class ExplicitYieldTests(unittest.TestCase):
    """_PyThread_yield_GIL(), for long loops in extension modules.

    deque(iterator, 0) is such a loop: it calls the function again and again
    without the eval loop, which would yield by itself, in between."""

    def setUp(self):
        ctypes = import_helper.import_module("ctypes")
        self.function = ctypes.pythonapi._PyThread_yield_GIL
        self.function.restype = ctypes.c_int
        self.function.argtypes = []

    def exhaust(self, sentinel, most):
        """Call the function until it returns sentinel, at most so often.
        Returns how often it returned something else."""
        from collections import deque
        from itertools import count, islice
        calls = count()
        deque(zip(calls, islice(iter(self.function, sentinel), most)), 0)
        return next(calls) - 1

    def test_does_nothing_when_nobody_asks(self):
        self.assertEqual(self.exhaust(1, 1000), 1000)

    def test_gives_way_when_somebody_asks(self):
        most = 20_000_000
        with Burners(1):
            self.assertLess(self.exhaust(1, most), most)

    def test_lets_a_sleeper_come_back(self):
        # The loop ends when it has given way once, for whoever woke up.
        most = 20_000_000
        woken = []
        sleeper = threading.Thread(target=lambda: (time.sleep(0.01), woken.append(1)))
        sleeper.start()
        self.assertLess(self.exhaust(1, most), most)
        plus_helper.join_all([sleeper])
        self.assertEqual(woken, [1])

    def test_others_get_on_while_a_loop_yields(self):
        with SwitchInterval(0.001), Burners(1) as burners:
            before = burners.counts[0]
            self.exhaust(2, 300_000)
            self.assertGreater(burners.counts[0], before)

    def test_loops_that_yield_get_on_together(self):
        with SwitchInterval(0.001):
            results = run_threads([lambda: self.exhaust(2, 100_000)] * 3)
        self.assertEqual(results, [100_000] * 3)


if __name__ == "__main__":
    unittest.main()
