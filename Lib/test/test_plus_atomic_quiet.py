"""What an atomic block keeps away, and what comes when it ends: other threads, signal
handlers, pending calls, collections, asynchronous exceptions.

Each test of something that must not happen has a counterpart, without the block, in
which it does.
"""

import contextlib
import gc
import os
import queue
import signal
import sys
import tempfile
import threading
import time
import unittest
import weakref
from _thread import get_atomic, set_atomic
from test import support
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import Burners, SwitchInterval, run_child_ok, run_threads
from threading import atomic

threading_helper.requires_working_threading(module=True)

UnderOtherPolicy = plus_helper.under_other_policy(__name__)

LOOPS = 20_000                  # of a spinning thread: some ms


def spin(n=LOOPS):
    """Call and jump back: the eval loop looks for requests at both."""
    for _ in range(n):
        abs(0)


def spin_for(seconds):
    until = time.perf_counter() + seconds
    while time.perf_counter() < until:
        pass


class OtherThreadsTests(unittest.TestCase):
    def setUp(self):
        interval = SwitchInterval(1e-6)
        self.enterContext(interval)

    def others_ran(self, burners, action):
        """Do something.  Returns whether the burners ran meanwhile."""
        before = list(burners.counts)
        action()
        return before != burners.counts

    def test_they_do_not_run(self):
        def block():
            with atomic:
                return self.others_ran(burners, spin)

        with Burners(2) as burners:
            burners.wait_for_progress()
            self.assertFalse(any(block() for _ in range(20)))
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                if self.others_ran(burners, spin):
                    break

    def test_they_do_not_run_while_the_flag_is_set(self):
        def flag():
            before = set_atomic(True)
            try:
                return self.others_ran(burners, spin)
            finally:
                set_atomic(before)

        with Burners(2) as burners:
            burners.wait_for_progress()
            self.assertFalse(any(flag() for _ in range(20)))

    def test_they_do_not_run_between_nested_blocks(self):
        def nested():
            with atomic:
                spin()
                with atomic:
                    spin()
                spin()
                set_atomic(set_atomic(True))
                spin()

        with Burners(2) as burners:
            burners.wait_for_progress()
            with atomic:
                self.assertFalse(self.others_ran(burners, nested))

    def test_they_run_in_a_hole(self):
        def hole():
            with atomic:
                before = set_atomic(False)
                try:
                    return self.others_ran(burners, spin)
                finally:
                    set_atomic(before)

        with Burners(2) as burners:
            burners.wait_for_progress()
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                if hole():
                    break

    def test_they_run_where_the_block_waits(self):
        lock, q = threading.Lock(), queue.SimpleQueue()

        def get():
            with contextlib.suppress(queue.Empty):
                q.get(timeout=0.01)

        waits = [lambda: time.sleep(0.01), lambda: lock.acquire(timeout=0.01), get,
                 lambda: threading.Event().wait(0.01), lambda: run_threads([spin])]
        lock.acquire()
        with Burners(2) as burners:
            burners.wait_for_progress()
            for wait in waits:
                with self.subTest(wait), atomic:
                    for _ in support.busy_retry(support.SHORT_TIMEOUT):
                        if self.others_ran(burners, wait):
                            break
                    self.assertIs(get_atomic(), True)
                    self.assertFalse(self.others_ran(burners, spin))

    def test_a_loop_in_c_does_not_yield(self):
        ctypes = import_helper.import_module("ctypes")
        give_way = ctypes.pythonapi._PyThread_yield_GIL
        with Burners(2) as burners:
            burners.wait_for_progress()
            with atomic:
                self.assertFalse(self.others_ran(
                    burners, lambda: self.assertFalse(any(give_way() for _ in range(LOOPS)))))

    def test_threads_wait_their_turn_at_each_others_blocks(self):
        inside, clashes = [], []

        def work():
            for _ in range(300):
                with atomic:
                    clashes.extend(inside)
                    inside.append(threading.get_ident())
                    spin(20)
                    inside.pop()

        run_threads([work] * 4)
        self.assertEqual(clashes, [])


class ExitTests(unittest.TestCase):
    """A request that came during a block is met as soon as it ends."""

    def setUp(self):
        self.burners = self.enterContext(Burners(1))
        self.burners.wait_for_progress()

    def counts(self):
        """What the burner has counted, after a time in which it has surely asked."""
        spin_for(4 * sys.getswitchinterval())
        return list(self.burners.counts)

    def assert_it_ran(self, attempt):
        """attempt() returns counts before and after the end of a block."""
        found = plus_helper.best_of(20, attempt, lambda counts: counts[0] != counts[1])
        self.assertNotEqual(*found)

    def test_of_a_block(self):
        def attempt():
            with atomic:
                before = self.counts()
            return before, list(self.burners.counts)

        self.assert_it_ran(attempt)

    def test_of_a_block_that_raises(self):
        def attempt():
            try:
                with atomic:
                    before = self.counts()
                    raise KeyError
            except KeyError:
                return before, list(self.burners.counts)

        self.assert_it_ran(attempt)

    def test_of_a_decorated_function(self):
        counts = atomic(self.counts)
        self.assert_it_ran(lambda: (counts(), list(self.burners.counts)))

    def test_by_the_flag(self):
        def attempt():
            set_atomic(True)
            before = self.counts()
            set_atomic(False)
            return before, list(self.burners.counts)

        self.assert_it_ran(attempt)

    def test_a_request_that_a_release_has_met_is_forgotten(self):
        # Else each block that waits would end with a yield that nobody asked for.
        import _thread

        def mine():
            me = threading.get_ident()
            return next(t for t in _thread.gil_stats()["threads"] if t["ident"] == me)

        with atomic:
            self.counts()
            time.sleep(0.001)
            before = mine()
        after = mine()
        # The burner may have asked again, after a time slice that is not over yet.
        self.assertLessEqual(after["yields"] - before["yields"],
                             after["asked_to_yield"] - before["asked_to_yield"])


@unittest.skipUnless(hasattr(signal, "SIGUSR1"), "needs POSIX signals")
class SignalTests(unittest.TestCase):
    def setUp(self):
        self.seen = []
        self.use(lambda *args: self.seen.append(get_atomic()))

    def use(self, handler):
        before = signal.signal(signal.SIGUSR1, handler)
        self.addCleanup(signal.signal, signal.SIGUSR1, before)

    def send(self):
        os.kill(os.getpid(), signal.SIGUSR1)

    def test_without_a_block_the_handler_runs_at_once(self):
        self.send()
        self.assertEqual(self.seen, [False])

    def test_the_handler_waits(self):
        with atomic:
            self.send()
            spin()
            self.assertEqual(self.seen, [])
        self.assertEqual(self.seen, [False])

    def test_it_waits_for_the_outermost_block(self):
        with atomic:
            with atomic:
                self.send()
            spin()
            self.assertEqual(self.seen, [])
        self.assertEqual(self.seen, [False])

    def test_it_waits_for_the_flag(self):
        before = set_atomic(True)
        self.send()
        spin()
        self.assertEqual(self.seen, [])
        set_atomic(before)
        self.assertEqual(self.seen, [False])

    def test_it_waits_in_c_code_that_looks_for_signals(self):
        # A product of huge numbers looks now and then.
        huge = (1 << 100_000) - 1
        with atomic:
            self.send()
            huge * (huge - 1)
            self.assertEqual(self.seen, [])
        self.assertEqual(self.seen, [False])

    def test_it_waits_when_an_exception_leaves_the_block(self):
        with self.assertRaises(KeyError):
            with atomic:
                self.send()
                raise KeyError
        spin(1)
        self.assertEqual(self.seen, [False])

    def test_a_wait_can_be_interrupted(self):
        class Interrupted(Exception):
            pass

        def handler(*args):
            self.seen.append(get_atomic())
            raise Interrupted

        self.use(handler)
        never = threading.Lock()
        never.acquire()
        r, w = os.pipe()
        self.addCleanup(os.close, r)
        self.addCleanup(os.close, w)
        waits = [lambda: time.sleep(support.LONG_TIMEOUT), never.acquire,
                 threading.Event().wait, queue.SimpleQueue().get, lambda: os.read(r, 1)]
        main = threading.get_ident()
        for wait in waits:
            with self.subTest(wait):
                self.seen.clear()
                timer = threading.Timer(0.05, signal.pthread_kill, (main, signal.SIGUSR1))
                timer.start()
                with self.assertRaises(Interrupted):
                    with atomic:
                        wait()
                self.assertEqual(self.seen, [True])
                self.assertIs(get_atomic(), False)
                plus_helper.join_all([timer])

    # CPython's runs handlers only when a signal comes during the sleep.
    @unittest.skipUnless(plus_helper.NATIVE_LOCKS, "describes the native locks")
    def test_a_wait_for_a_lock_runs_what_was_put_off_before(self):
        lock = threading.Lock()
        lock.acquire()
        self.use(lambda *args: lock.release())
        with atomic:
            self.send()
            self.assertTrue(lock.locked())
            self.assertTrue(lock.acquire(timeout=support.SHORT_TIMEOUT))
        lock.release()


class PendingCallTests(unittest.TestCase):
    def test_they_wait(self):
        add = import_helper.import_module("_testcapi")._pending_threadfunc
        called = []

        def add_call():
            self.assertTrue(add(lambda: called.append(get_atomic())))

        add_call()
        spin(1)
        self.assertEqual(called, [False])
        with atomic:
            add_call()
            spin()
            self.assertEqual(called, [False])
        self.assertEqual(called, [False] * 2)

    def test_those_of_the_interpreter_wait(self):
        add = import_helper.import_module("_testinternalcapi").pending_threadfunc
        called = []
        with atomic:
            self.assertEqual(add(lambda: called.append(get_atomic()), 1), 1)
            spin()
            self.assertEqual(called, [])
        self.assertEqual(called, [False])


class CollectionTests(unittest.TestCase):
    def setUp(self):
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        if not gc.isenabled():
            self.addCleanup(gc.disable)
        gc.enable()
        self.seen = []
        callback = lambda phase, info: self.seen.append(get_atomic())
        gc.callbacks.append(callback)
        self.addCleanup(gc.callbacks.remove, callback)
        gc.set_threshold(100, 10, 10)

    def allocate(self):
        return [[] for _ in range(1000)]

    def test_without_a_block_they_come(self):
        self.assertTrue(self.allocate())
        self.assertTrue(self.seen)

    def test_they_wait(self):
        self.seen.clear()
        with atomic:
            kept = [self.allocate() for _ in range(10)]
            spin()
            seen = list(self.seen)
        self.assertEqual(seen, [])
        self.assertEqual(set(self.seen), {False})
        self.assertEqual(len(kept), 10)

    def test_the_eval_loop_is_not_stopped_at_each_allocation(self):
        # A collection that is put off must not be asked for again and again.
        def allocate(n):
            start = time.process_time()
            kept = [[] for _ in range(n)]
            return time.process_time() - start

        def figures():
            with atomic:
                allocate(200)               # a collection is due now
                return allocate(100_000), gc.disable(), allocate(100_000), gc.enable()

        due, _, off, _ = plus_helper.best_of(10, figures, lambda f: f[0] < 2 * f[2])
        self.assertLess(due, 2 * off)

    def test_one_that_the_block_calls_for_runs(self):
        class Node:
            pass

        with atomic:
            node = Node()
            node.me = node
            dead = weakref.ref(node)
            del node
            gc.collect()
            self.assertIsNone(dead())
        self.assertIn(True, self.seen)

    def test_finalizers_of_the_block_run_in_it(self):
        class Last:
            def __del__(self):
                seen.append(get_atomic())

        seen = []
        with atomic:
            last = Last()
            weakref.finalize(last, lambda: seen.append(get_atomic()))
            del last
            self.assertEqual(seen, [True, True])


class AsyncExceptionTests(unittest.TestCase):
    def setUp(self):
        ctypes = import_helper.import_module("ctypes")
        set_exc = ctypes.pythonapi.PyThreadState_SetAsyncExc
        set_exc.argtypes = ctypes.c_ulong, ctypes.py_object

        class Asynchronous(Exception):
            pass

        self.Asynchronous = Asynchronous
        self.send = lambda: set_exc(threading.get_ident(), Asynchronous)

    def test_without_a_block_it_comes_at_once(self):
        with self.assertRaises(self.Asynchronous):
            self.send()
            spin(1)

    def test_it_waits(self):
        reached = False
        with self.assertRaises(self.Asynchronous):
            with atomic:
                self.send()
                spin()
                reached = True
            self.fail("not raised at the exit")
        self.assertTrue(reached)


class InterpreterTests(unittest.TestCase):
    def test_an_interpreter_has_a_state_of_its_own(self):
        run_child_ok("""
            import _interpreters, _thread
            code = '''if True:
                import _thread, threading
                assert not _thread.get_atomic()
                with threading.atomic:
                    assert _thread.get_atomic()
            '''
            for config in "legacy", "isolated":
                interp = _interpreters.create(config)
                for _ in range(2):
                    with _thread.atomic:
                        failure = _interpreters.exec(interp, code)
                        assert _thread.get_atomic()
                    assert not _thread.get_atomic()
                    if failure is not None:
                        raise SystemExit(failure.errdisplay)
                _interpreters.destroy(interp)
        """)

    def test_one_that_shares_the_gil_keeps_it(self):
        # The counter of a thread of the main interpreter is in a file that both map.
        with tempfile.NamedTemporaryFile() as file:
            file.write(bytes(8))
            file.flush()
            run_child_ok(f"""
                import _interpreters, mmap, sys, threading
                file = open({file.name!r}, "r+b")
                shared = memoryview(mmap.mmap(file.fileno(), 8)).cast("Q")
                stop = False
                def count():
                    while not stop:
                        shared[0] += 1
                sys.setswitchinterval(1e-6)
                thread = threading.Thread(target=count)
                thread.start()
                interp = _interpreters.create("legacy")
                failure = _interpreters.exec(interp, '''if True:
                    import mmap, threading, time
                    file = open({file.name!r}, "r+b")
                    shared = memoryview(mmap.mmap(file.fileno(), 8)).cast("Q")
                    def ran():
                        before = shared[0]
                        for _ in range(20000):
                            abs(0)
                        return before != shared[0]
                    for _ in range(20):
                        with threading.atomic:
                            assert not ran(), "other interpreters run in a block"
                    deadline = time.monotonic() + 60
                    while not ran():
                        assert time.monotonic() < deadline, "nobody else ever runs"
                    shared.release()
                ''')
                stop = True
                thread.join()
                _interpreters.destroy(interp)
                if failure is not None:
                    raise SystemExit(failure.errdisplay)
                shared.release()
            """)


class TracingTests(unittest.TestCase):
    """Tools that trace are called in a block as anywhere, and are part of it."""

    def traced(self):
        with atomic:
            spin(5)
            return get_atomic()

    def test_settrace(self):
        seen = set()

        def trace(frame, event, arg):
            seen.add((event, get_atomic()))
            return trace

        before = sys.gettrace()
        sys.settrace(trace)
        try:
            self.assertIs(self.traced(), True)
        finally:
            sys.settrace(before)
        self.assertLessEqual({("call", False), ("call", True), ("line", False), ("line", True),
                              ("return", True), ("return", False)}, seen)
        self.assertIs(get_atomic(), False)

    def test_monitoring(self):
        monitoring, tool = sys.monitoring, 4
        events = monitoring.events
        seen = set()
        monitoring.use_tool_id(tool, "test_plus_atomic")
        self.addCleanup(monitoring.free_tool_id, tool)
        for event in events.CALL, events.JUMP:
            monitoring.register_callback(
                tool, event, lambda *args, event=event: seen.add((event, get_atomic())))
            self.addCleanup(monitoring.register_callback, tool, event, None)
        monitoring.set_events(tool, events.CALL | events.JUMP)
        try:
            self.assertIs(self.traced(), True)
        finally:
            monitoring.set_events(tool, 0)
        self.assertLessEqual({(events.CALL, True), (events.JUMP, True)}, seen)

    def test_they_keep_others_away_as_well(self):
        def trace(frame, event, arg):
            return trace

        with SwitchInterval(1e-6), Burners(2) as burners:
            burners.wait_for_progress()
            before = sys.gettrace()
            sys.settrace(trace)
            try:
                with atomic:
                    counts = list(burners.counts)
                    spin(2000)
                    ran = counts != burners.counts
            finally:
                sys.settrace(before)
        self.assertFalse(ran)


class EndTests(unittest.TestCase):
    """The interpreter ends although threads are atomic."""

    def test_the_main_thread_is(self):
        for end in "pass", "raise SystemExit(0)", "sys.exit()", "atomic.__enter__()":
            out = run_child_ok(f"""
                import _thread, atexit, gc, sys, threading, time
                from threading import atomic
                atexit.register(lambda: print("atexit", _thread.get_atomic()))
                threading.Thread(target=time.sleep, args=(0.05,)).start()
                threading.Thread(target=lambda: [abs(0) for _ in iter(int, 1)],
                                 daemon=True).start()
                _thread.set_atomic(True)
                {end}
            """)
            self.assertEqual(out, "atexit True\n")

    def test_a_daemon_thread_is(self):
        run_child_ok("""
            import threading, time
            from threading import atomic
            inside = threading.Event()
            def stay():
                with atomic:
                    inside.set()
                    while True:
                        time.sleep(0.0001)
            for _ in range(3):
                threading.Thread(target=stay, daemon=True).start()
                inside.wait()
                inside.clear()
        """)

    def test_exit_within_a_block(self):
        result = plus_helper.run_child("""
            import sys, threading
            with threading.atomic:
                sys.exit(7)
        """)
        self.assertEqual((result.returncode, result.stderr), (7, ""))

    def test_ctrl_c_ends_a_program_that_waits_in_a_block(self):
        result = plus_helper.run_child("""
            import os, signal, threading, time
            signal.signal(signal.SIGINT, signal.default_int_handler)
            threading.Timer(0.1, os.kill, (os.getpid(), signal.SIGINT)).start()
            with threading.atomic:
                time.sleep(600)
        """)
        self.assertEqual(result.returncode, -signal.SIGINT)
        self.assertIn("KeyboardInterrupt", result.stderr)

    def test_faulthandler_shows_a_block(self):
        result = plus_helper.run_child("""
            import faulthandler, threading
            def endless():
                while True:
                    pass
            faulthandler.dump_traceback_later(0.2, exit=True)
            with threading.atomic:
                endless()
        """)
        self.assertEqual(result.returncode, 1)
        self.assertIn("endless", result.stderr)


if __name__ == "__main__":
    unittest.main()
