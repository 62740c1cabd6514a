"""Who gets a lock, and when: order, barging and its bound, time-outs against releases.

A lock that is released becomes free and its first waiter is woken; a thread that
runs may take it first, until the waiter has waited for 1 ms (FAIR_NS in
plus_wait.h).
"""

import random
import threading
import time
import unittest
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import join_all, run_threads, wait_until_waiting

threading_helper.requires_working_threading(module=True)

BOTH = (threading.Lock, threading.RLock)


def start(*functions):
    """Start a thread for each, one after the other has gone to sleep."""
    threads = []
    for function in functions:
        thread = threading.Thread(target=function, daemon=True)
        thread.start()
        wait_until_waiting(thread)
        threads.append(thread)
    return threads


class Order(unittest.TestCase):
    def test_first_come_first_served(self):
        for make in BOTH:
            lock = make()
            order = []

            def take(i):
                with lock:
                    order.append(i)

            with lock:
                threads = start(*[lambda i=i: take(i) for i in range(10)])
            join_all(threads)
            self.assertEqual(order, list(range(10)))
            self.assertTrue(lock.acquire(False))

    def test_who_leaves_the_queue_does_not_hold_up_the_others(self):
        for make in BOTH:
            lock = make()
            order = []

            def take(i, timeout):
                if lock.acquire(timeout=timeout):
                    order.append(i)
                    lock.release()

            with lock:
                threads = start(*[lambda i=i: take(i, 0.2 if i % 3 == 0 else -1)
                                  for i in range(9)])
                time.sleep(0.4)
            join_all(threads)
            self.assertEqual(order, [1, 2, 4, 5, 7, 8])

    def test_a_thread_that_runs_does_not_keep_a_lock_for_ever(self):
        # It takes the lock again at once; without the bound it always would.
        for make in BOTH:
            lock = make()
            waiting = threading.Event()
            stop = []

            def hog():
                while not stop:
                    with lock:
                        time.sleep(0.0005)

            with plus_helper.Burners(1):
                threads = start(hog, hog)
                waits = []
                for _ in range(5):
                    begin = time.monotonic()
                    self.assertTrue(lock.acquire(timeout=support.SHORT_TIMEOUT))
                    waits.append(time.monotonic() - begin)
                    lock.release()
                    time.sleep(0.001)
                stop.append(1)
                join_all(threads)
            self.assertLess(plus_helper.median(waits), 0.5 * plus_helper.PATIENCE)


class TimeOut(unittest.TestCase):
    def test_it_takes_the_time(self):
        for make in BOTH:
            lock = make()
            with lock:
                [waited] = run_threads([lambda: self.wait_for(lock, 0.05)])
            self.assertGreaterEqual(waited, 0.05)
            self.assertLess(waited, 0.05 + 1.0 * plus_helper.PATIENCE)

    @staticmethod
    def wait_for(lock, timeout):
        begin = time.monotonic()
        if lock.acquire(timeout=timeout):
            raise AssertionError("acquired")
        return time.monotonic() - begin

    def test_release_at_the_same_moment(self):
        # Whoever wins, the lock is not lost: acquire() tells the truth.
        rng = random.Random(5)
        for make in BOTH:
            lock = make()
            inside = [0]
            successes = [0] * 4

            def contend(i):
                for _ in range(200):
                    if lock.acquire(timeout=rng.uniform(0.00001, 0.0006)):
                        inside[0] += 1
                        if inside[0] != 1:
                            raise AssertionError("two have the lock")
                        successes[i] += 1
                        if rng.random() < 0.5:
                            time.sleep(rng.uniform(0, 0.0004))
                        inside[0] -= 1
                        lock.release()

            run_threads([lambda i=i: contend(i) for i in range(4)])
            self.assertTrue(lock.acquire(False))
            self.assertGreater(sum(successes), 0)


class Exclusion(unittest.TestCase):
    def test_many_threads_and_a_release_of_the_gil_inside(self):
        for make in BOTH:
            lock = make()
            total = [0]

            def add():
                for i in range(100):
                    with lock:
                        value = total[0]
                        if i % 5 == 0:
                            time.sleep(0)
                        total[0] = value + 1

            with plus_helper.SwitchInterval(1e-5):
                run_threads([add] * 8)
            self.assertEqual(total[0], 800)

    def test_released_by_others(self):
        # A ring of threads: each releases the lock that the next waits for.
        n, rounds = 5, 200
        locks = [threading.Lock() for _ in range(n)]
        for lock in locks[1:]:
            lock.acquire()

        def pass_on(i):
            for _ in range(rounds):
                locks[i].acquire()
                locks[(i + 1) % n].release()

        run_threads([lambda i=i: pass_on(i) for i in range(n)])
        self.assertEqual([lock.locked() for lock in locks], [False] + [True] * (n - 1))


class Policies(unittest.TestCase):
    def test_a_woken_thread_comes_soon_beside_a_cpu_thread(self):
        if plus_helper.POLICY != "io":
            self.skipTest("describes the policy io")
        a, b = threading.Lock(), threading.Lock()
        a.acquire()
        b.acquire()

        def echo():
            for _ in range(200):
                a.acquire()
                b.release()

        with plus_helper.Burners(1) as burners:
            burners.wait_for_progress()
            [thread] = start(echo)
            begin = time.monotonic()
            for _ in range(200):
                a.release()
                b.acquire()
            seconds = time.monotonic() - begin
            join_all([thread])
        # 200 round trips would take 2 s if each hand-over waited for a time slice.
        self.assertLess(seconds, 1.0 * plus_helper.PATIENCE)

    def test_who_releases_and_computes_is_interrupted(self):
        # The woken thread need not wait until the other one blocks.
        lock = threading.Lock()
        lock.acquire()
        came = []

        def wait():
            lock.acquire()
            came.append(1)

        [thread] = start(wait)
        lock.release()
        begin = time.monotonic()
        while not came and time.monotonic() - begin < support.SHORT_TIMEOUT:
            pass
        self.assertTrue(came)
        join_all([thread])


UnderOtherPolicy = plus_helper.under_other_policy(__name__)

if __name__ == "__main__":
    unittest.main()
