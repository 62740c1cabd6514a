"""SimpleQueue, whose waits are those of the GIL's scheduler (plus_receive.c).

CPython's own test_queue looks at the rest.
"""

import os
import queue
import random
import threading
import time
import unittest
from test import support
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import (join_all, run_child_ok, run_threads,
                                      wait_until_waiting)

_queue = import_helper.import_module("_queue")
threading_helper.requires_working_threading(module=True)


def start_getters(items, n, note):
    """Start n threads that get, one after the other; each calls note(i, item)."""
    threads = []
    for i in range(n):
        thread = threading.Thread(target=lambda i=i: note(i, items.get()), daemon=True)
        thread.start()
        wait_until_waiting(thread)
        threads.append(thread)
    return threads


class Waits(unittest.TestCase):
    def test_who_has_waited_longest_gets_the_item(self):
        items = _queue.SimpleQueue()
        got = []
        threads = start_getters(items, 10, lambda i, item: got.append((i, item)))
        for i in range(10):
            items.put(i)
        self.assertTrue(items.empty())      # they are given, not left to be taken
        join_all(threads)
        self.assertEqual(sorted(got), [(i, i) for i in range(10)])

    def test_an_item_at_the_moment_of_the_time_out(self):
        items = _queue.SimpleQueue()
        rng = random.Random(6)
        for i in range(300):
            results = []

            def get():
                try:
                    results.append(items.get(timeout=delay))
                except queue.Empty:
                    results.append(None)

            delay = rng.uniform(0.00005, 0.0004)
            thread = threading.Thread(target=get)
            thread.start()
            time.sleep(rng.uniform(0, 0.0005))
            items.put(i)
            join_all([thread])
            left = [] if items.empty() else [items.get()]
            self.assertEqual(results + left, [i] if results == [i] else [None, i])

    def test_the_time_out(self):
        begin = time.monotonic()
        with self.assertRaises(queue.Empty):
            _queue.SimpleQueue().get(timeout=0.05)
        waited = time.monotonic() - begin
        self.assertGreaterEqual(waited, 0.05)
        self.assertLess(waited, 0.05 + 1.0 * plus_helper.PATIENCE)

    def test_many_to_many(self):
        items, n = _queue.SimpleQueue(), 1000

        def get():
            return sum(items.get() for _ in range(n))

        def put():
            for i in range(n):
                items.put(i)

        with plus_helper.SwitchInterval(1e-5):
            results = run_threads([get, put] * 4)
        self.assertEqual(sum(results[::2]), 4 * sum(range(n)))
        self.assertTrue(items.empty())

    def test_a_thousand_waiters(self):
        n = 1000 if not plus_helper.CHAOS else 100
        items, got = _queue.SimpleQueue(), []
        threads = [threading.Thread(target=lambda: got.append(items.get()))
                   for _ in range(n)]
        for thread in threads:
            thread.start()
        for i in range(n):
            items.put(i)
        join_all(threads)
        self.assertEqual(sorted(got), list(range(n)))

    @support.requires_fork()
    def test_a_child_has_no_waiters(self):
        items, got = _queue.SimpleQueue(), []
        threads = start_getters(items, 3, lambda i, item: got.append(item))
        pid = os.fork()
        if pid == 0:
            ok = False
            try:
                items.put(1)
                ok = items.qsize() == 1 and items.get() == 1
            finally:
                os._exit(0 if ok else 1)
        support.wait_process(pid, exitcode=0)
        for i in range(3):
            items.put(i)
        join_all(threads)
        self.assertEqual(sorted(got), [0, 1, 2])


@support.requires_subprocess()
class Signals(unittest.TestCase):
    def test_a_handler_puts_what_its_thread_waits_for(self):
        self.assertEqual(run_child_ok("""
            import queue, signal
            items = queue.SimpleQueue()
            signal.signal(signal.SIGALRM, lambda *args: items.put("item"))
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            print(items.get(timeout=60))
            """), "item\n")

    def test_the_time_that_is_left(self):
        self.assertEqual(run_child_ok("""
            import queue, signal, time
            signal.signal(signal.SIGALRM, lambda *args: None)
            signal.setitimer(signal.ITIMER_REAL, 0.002, 0.002)
            begin = time.monotonic()
            try:
                queue.SimpleQueue().get(timeout=0.1)
            except queue.Empty:
                signal.setitimer(signal.ITIMER_REAL, 0)
                print(0.1 <= time.monotonic() - begin < 10)
            """), "True\n")

    def test_a_storm_of_sigint_loses_no_item(self):
        # extend() notes the item before a handler can run.
        self.assertEqual(run_child_ok("""
            import os, queue, signal, threading, time
            class Interrupt(Exception):
                pass
            armed = False
            def handler(*args):
                if armed:
                    raise Interrupt
            signal.signal(signal.SIGINT, handler)
            items, n, got, interrupted = queue.SimpleQueue(), 300, [], 0
            def put():
                for i in range(n):
                    os.kill(os.getpid(), signal.SIGINT)
                    time.sleep(0.0005)
                    items.put(i)
                    time.sleep(0.0005)
            thread = threading.Thread(target=put)
            thread.start()
            end = time.monotonic() + 60
            while len(got) < n and time.monotonic() < end:
                try:
                    armed = True
                    got.extend(map(items.get, [True], [0.01]))
                    armed = False
                except (Interrupt, queue.Empty) as exc:
                    armed = False
                    interrupted += isinstance(exc, Interrupt)
            thread.join()
            print(interrupted > 0, got == list(range(n)))
            """), "True True\n")


UnderOtherPolicy = plus_helper.under_other_policy(__name__)

if __name__ == "__main__":
    unittest.main()
