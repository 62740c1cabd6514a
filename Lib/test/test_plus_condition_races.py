"""Notifications against time-outs, signals and many waiters: none lost, none left.

Each child of a test prints "done" if its invariants held; that it ends is half of
the test.
"""

import functools
import operator
import random
import threading
import time
import unittest
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import join_all, run_child_ok, run_threads

threading_helper.requires_working_threading(module=True)

# CPython's class gives no such promise.
only_native = unittest.skipUnless(plus_helper.NATIVE_CONDITION,
                                  "describes the native condition")
LOCKS = (threading.Lock, threading.RLock, threading._PyRLock)


def count(shown):
    """Return the number of waiters that repr() of a condition shows."""
    return int(shown.rpartition(", ")[2][:-2])


class TimeOuts(unittest.TestCase):
    @only_native
    def test_a_notification_is_never_lost_to_a_time_out(self):
        # A waiter that is told False must not have been notified, one that is told
        # True must.  Who times out leaves the queue without the lock, so it is
        # counted in one go with the notification: no thread runs inside of map().
        for make in LOCKS[:2]:
            cond = threading.Condition(make())
            show = functools.partial(repr, cond)
            steps = [show, cond.notify, show]
            rng = random.Random(7)
            told = [0]
            taken_out = [0]
            stop = []

            def wait():
                while not stop:
                    with cond:
                        if cond.wait(rng.uniform(0.00001, 0.0005)):
                            told[0] += 1

            def notify():
                for _ in range(300):
                    with cond:
                        before, _, after = list(map(operator.call, steps))
                        taken_out[0] += count(before) - count(after)
                    time.sleep(rng.uniform(0, 0.0003))
                stop.append(1)

            run_threads([wait, wait, wait, notify])
            self.assertEqual(told, taken_out)
            self.assertGreater(told[0], 0)
            self.assertEqual(plus_helper.waiting(cond), 0)
            self.assertFalse(cond._is_owned())

    def test_tokens(self):
        # As a semaphore: nobody sleeps beside a token.
        for make in LOCKS:
            cond = threading.Condition(make())
            tokens = [0]
            got = [0] * 4

            def take(i):
                while True:
                    with cond:
                        if not cond.wait_for(lambda: tokens[0] != 0, timeout=0.001 * i or None):
                            continue
                        if tokens[0] < 0:
                            return
                        tokens[0] -= 1
                        got[i] += 1

            def give():
                for i in range(300):
                    with cond:
                        tokens[0] += 1
                        cond.notify()
                    if i % 10 == 0:
                        time.sleep(0.0005)
                while tokens[0]:
                    time.sleep(0.001)
                with cond:
                    tokens[0] = -1
                    cond.notify_all()

            run_threads([lambda i=i: take(i) for i in range(4)] + [give])
            self.assertEqual(sum(got), 300)


class ManyWaiters(unittest.TestCase):
    def test_a_thousand(self):
        for make in LOCKS[:2]:
            self.broadcast(make, 1000)

    def broadcast(self, make, n):
        cond = threading.Condition(make())
        through = [0]

        def wait():
            with cond:
                if cond.wait(support.LONG_TIMEOUT):
                    through[0] += 1

        old = threading.stack_size(256 * 1024)
        try:
            threads = [threading.Thread(target=wait) for _ in range(n)]
            for thread in threads:
                thread.start()
        finally:
            threading.stack_size(old)
        for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.02):
            with cond:
                if plus_helper.waiting(cond) == n:
                    break
        with cond:
            cond.notify_all()
            self.assertEqual(plus_helper.waiting(cond), 0)
            self.assertEqual(through, [0])
        join_all(threads)
        self.assertEqual(through, [n])

    def test_everybody_beside_a_cpu_thread(self):
        with plus_helper.Burners(1):
            self.broadcast(threading.Lock, 50)


class LockInBetween(unittest.TestCase):
    def test_notified_waiters_and_others_share_the_lock(self):
        for make in LOCKS[:2]:
            lock = make()
            cond = threading.Condition(lock)
            inside = [0]
            stop = []

            def enter():
                inside[0] += 1
                if inside[0] != 1:
                    raise AssertionError("two have the lock")

            def wait():
                while not stop:
                    with cond:
                        enter()
                        inside[0] -= 1
                        cond.wait(0.001)
                        enter()
                        time.sleep(0)
                        inside[0] -= 1

            def contend():
                for _ in range(200):
                    with lock:
                        enter()
                        cond.notify()
                        time.sleep(0)
                        inside[0] -= 1
                stop.append(1)

            run_threads([wait, wait, contend, contend])


@support.requires_subprocess()
class Signals(unittest.TestCase):
    def child(self, code, locks=("Lock", "RLock", "_PyRLock")):
        for lock in locks:
            self.assertEqual(run_child_ok(f"""
import os, signal, sys, threading, time
from test.support.plus_helper import waiting
cond = threading.Condition(threading.{lock}())
{code}
print("done")
"""), "done\n")

    def test_handlers_run_and_the_wait_goes_on(self):
        self.child("""
seen = []
signal.signal(signal.SIGUSR1, lambda *args: seen.append(waiting(cond)))
def other():
    for _ in range(30):
        os.kill(os.getpid(), signal.SIGUSR1)
        time.sleep(0.002)
    with cond:
        cond.notify()
with cond:
    threading.Thread(target=other).start()
    assert cond.wait(60)
    assert cond._is_owned()
assert seen and set(seen) <= {0, 1} and 1 in seen, seen
""")

    def test_an_exception_ends_it_with_the_lock_taken(self):
        self.child("""
signal.signal(signal.SIGALRM, signal.default_int_handler)
for _ in range(20):
    with cond:
        try:
            signal.setitimer(signal.ITIMER_REAL, 0.004)
            cond.wait()
        except KeyboardInterrupt:
            assert cond._is_owned()
            assert waiting(cond) == 0
        else:
            raise AssertionError
""")

    def test_a_handler_notifies_its_own_thread(self):
        self.child("""
def handler(*args):
    # the lock is free during the wait
    with cond:
        cond.notify()
signal.signal(signal.SIGALRM, handler)
signal.setitimer(signal.ITIMER_REAL, 0.02)
with cond:
    assert cond.wait(60)
""")

    def test_a_handler_waits_for_the_same_condition(self):
        self.child("""
depth = []
def handler(*args):
    depth.append(1)
    with cond:
        assert cond.wait(60)
signal.signal(signal.SIGUSR1, handler)
def other():
    time.sleep(0.02)
    os.kill(os.getpid(), signal.SIGUSR1)
    while not depth:
        time.sleep(0.001)
    time.sleep(0.02)
    with cond:
        cond.notify(1)          # the outer one has waited longer
    time.sleep(0.02)
    with cond:
        cond.notify(1)
with cond:
    threading.Thread(target=other).start()
    assert cond.wait(60)
assert depth
""")

    @only_native
    def test_an_interrupted_waiter_swallows_no_notification(self):
        # The handler notifies one of two waiters, its own thread, and raises.
        self.child("""
class Stop(Exception):
    pass
def handler(*args):
    with cond:
        cond.notify()
    raise Stop
signal.signal(signal.SIGALRM, handler)
came = []
def other():
    with cond:
        came.append(cond.wait(60))
with cond:
    thread = threading.Thread(target=other)
    def later():
        thread.start()
        while waiting(cond) < 2:
            time.sleep(0.001)
        signal.setitimer(signal.ITIMER_REAL, 0.01)
    threading.Thread(target=later).start()
    try:
        cond.wait(60)
    except Stop:
        pass
    else:
        raise AssertionError
thread.join(60)
assert came == [True], came
""", locks=("Lock", "RLock"))       # CPython's code swallows it

    @only_native
    def test_a_storm(self):
        self.child("""
armed = False
def handler(*args):
    if armed:
        raise KeyboardInterrupt
signal.signal(signal.SIGINT, handler)
stop = []
def notify():
    while not stop:
        with cond:
            cond.notify()
        time.sleep(0.0002)
def waiter():
    while not stop:
        with cond:
            cond.wait(0.001)
threads = [threading.Thread(target=f) for f in (notify, waiter, waiter)]
for thread in threads:
    thread.start()
def send():
    for _ in range(300):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(0.001)
sender = threading.Thread(target=send)
sender.start()
while sender.is_alive():
    cond.acquire()
    try:
        armed = True
        cond.wait(0.002)
        armed = False
    except KeyboardInterrupt:
        armed = False
    cond.release()
stop.append(1)
for thread in threads:
    thread.join(60)
    assert not thread.is_alive()
assert waiting(cond) == 0
""", locks=("Lock", "RLock"))       # a lock in Python can be interrupted itself


if __name__ == "__main__":
    unittest.main()
