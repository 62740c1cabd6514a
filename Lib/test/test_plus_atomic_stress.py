"""Threads that update shared data in atomic blocks and nowhere else, with everything
alongside that could come between: no update is lost, nothing half done is seen.

PLUS_TEST_ATOMIC_SECONDS is how long each of the torture tests goes on, under the policy
of the interpreter that runs them; make test gives them less time than they deserve.
"""

import gc
import itertools
import os
import signal
import socket
import threading
import time
import unittest
from _thread import set_atomic
from test import support
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import Repeaters, SwitchInterval, run_threads
from threading import atomic

threading_helper.requires_working_threading(module=True)

SECONDS = 0.3
if "PLUS_TEST_ATOMIC_SECONDS" in os.environ and plus_helper.CHILD_MARK not in os.environ:
    SECONDS = float(os.environ["PLUS_TEST_ATOMIC_SECONDS"])
WRITERS = 8

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


class Pair:
    """Two counters that are the same whenever anybody looks, and a dictionary that has
    both.  Updates consist of many steps, with calls and jumps."""

    def __init__(self):
        self.a = self.b = 0
        self.table = {"a": 0, "b": 0}

    def update(self):
        for name in "a", "b":
            value = getattr(self, name)
            abs(0)
            setattr(self, name, value + 1)
            self.table[name] = self.table[name] + 1

    def counts(self):
        return self.a, self.b, self.table["a"], self.table["b"]


def update_in_a_block(pair):
    with atomic:
        pair.update()


def update_with_the_flag(pair):
    before = set_atomic(True)
    try:
        pair.update()
    finally:
        set_atomic(before)


update_decorated = atomic(Pair.update)


@atomic
def update_nested(pair):
    with atomic:
        pair.update()


class TortureTests(unittest.TestCase):
    UPDATES = [update_in_a_block, update_with_the_flag, update_decorated, update_nested]

    def setUp(self):
        self.enterContext(SwitchInterval(1e-6))
        self.pair = Pair()
        self.updates_at_once = 1
        self.torn = []

    def look(self):
        with atomic:
            counts = self.pair.counts()
        if len(set(counts)) > 1:
            self.torn.append(counts)

    def writer(self, update, ready=None):
        if ready is not None:
            ready.wait()
        until = time.monotonic() + SECONDS
        done = 0
        while time.monotonic() < until:
            for _ in range(20):
                update(self.pair)
                done += 1
        return done

    def torture(self, *disturbances):
        """Let the writers write, beside readers and disturbances.  Returns how often
        each of the disturbances happened."""
        ready = threading.Barrier(WRITERS)
        writers = [lambda update=update: self.writer(update, ready)
                   for update in itertools.islice(itertools.cycle(self.UPDATES), WRITERS)]
        with Repeaters(self.look, *disturbances) as disturbers:
            done = run_threads(writers, SECONDS + support.LONG_TIMEOUT)
        self.assertEqual(self.torn, [])
        self.assertEqual(set(self.pair.counts()), {self.updates_at_once * sum(done)})
        self.assertTrue(all(done), done)
        self.assertTrue(all(disturbers.counts), disturbers.counts)
        return disturbers.counts[1:]

    def test_beside_io(self):
        a, b = socket.socketpair()
        self.addCleanup(a.close)
        self.addCleanup(b.close)

        def echo():
            a.send(b"x")
            b.recv(1)

        self.torture(echo, lambda: time.sleep(1e-5), lambda: os.stat("."))

    def test_beside_collections_and_finalizers(self):
        look = self.look

        class Last:
            def __init__(self):
                self.me = self

            def __del__(self):
                look()          # collected in between, it would see half an update

        @atomic
        def update(pair):
            pair.update()
            Last()

        self.UPDATES = [update]
        self.addCleanup(gc.set_threshold, *gc.get_threshold())
        gc.set_threshold(5, 5, 5)
        self.torture(lambda: [[] for _ in range(50)])

    def test_beside_pending_calls(self):
        add = import_helper.import_module("_testinternalcapi").pending_threadfunc
        called = []

        def call():
            called.append(1)
            self.look()

        def disturb():
            add(call, 1, ensure_added=False)
            time.sleep(1e-4)

        self.torture(disturb)
        self.assertTrue(called)

    def test_beside_asynchronous_exceptions(self):
        ctypes = import_helper.import_module("ctypes")
        set_exc = ctypes.pythonapi.PyThreadState_SetAsyncExc
        set_exc.argtypes = ctypes.c_ulong, ctypes.py_object
        victims, idents, caught, stop = set(), set(), [], []

        class Asynchronous(Exception):
            pass

        def write_on(me):
            victims.add(me)         # may be shot at once, from here on
            while not stop:
                update_in_a_block(self.pair)

        def write():
            # Raised between blocks only: what was begun is always finished.
            me = threading.get_ident()
            idents.add(me)
            while not stop:
                try:
                    write_on(me)    # not its loop: a jump back is not part of a try
                except Asynchronous:
                    caught.append(me)

        @atomic
        def shoot():
            while victims:
                set_exc(victims.pop(), Asynchronous)

        @atomic
        def cease():
            stop.append(True)
            for ident in idents:
                set_exc(ident, ctypes.py_object())      # NULL: forget it

        def disturb():
            until = time.monotonic() + SECONDS
            for _ in support.busy_retry(SECONDS + support.SHORT_TIMEOUT):
                shoot()
                time.sleep(1e-3)
                if caught and time.monotonic() > until:
                    break
            cease()

        with Repeaters(self.look):
            run_threads([write] * 4 + [disturb], SECONDS + 2 * support.LONG_TIMEOUT)
        self.assertEqual(self.torn, [])
        self.assertEqual(len(set(self.pair.counts())), 1)
        self.assertTrue(caught)

    @unittest.skipUnless(hasattr(signal, "setitimer"), "needs signal.setitimer()")
    def test_beside_signals(self):
        # Handlers run in the main thread, which is therefore a writer itself.
        handled = []

        def handle(*args):
            handled.append(1)
            self.look()

        before = signal.signal(signal.SIGALRM, handle)
        self.addCleanup(signal.signal, signal.SIGALRM, before)
        signal.setitimer(signal.ITIMER_REAL, 1e-3, 1e-3)
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)
        with Repeaters(lambda: update_in_a_block(self.pair), self.look) as disturbers:
            mine = self.writer(update_nested)
        signal.setitimer(signal.ITIMER_REAL, 0)
        self.assertEqual(self.torn, [])
        self.assertEqual(self.pair.a, mine + disturbers.counts[0])
        self.assertTrue(handled)

    def test_beside_waits_in_blocks(self):
        # Whoever waits in a block has put its things in order first.
        lock = threading.Lock()

        @atomic
        def update(pair):
            pair.update()
            time.sleep(0)
            pair.update()
            with lock:
                pair.update()

        self.UPDATES = [update]
        self.updates_at_once = 3
        self.torture(lambda: self.pair.counts())


class WithoutTests(unittest.TestCase):
    """What the torture would find if the blocks did nothing."""

    def test_half_done_updates_are_seen(self):
        pair, torn = Pair(), []

        def look():
            if len(set(pair.counts())) > 1:
                torn.append(1)

        with SwitchInterval(1e-6), Repeaters(look, pair.update):
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                if torn:
                    break

    def test_updates_are_lost(self):
        pair = Pair()
        with SwitchInterval(1e-6), Repeaters(*[pair.update] * 4) as disturbers:
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                if pair.a < sum(disturbers.counts) - 10:
                    break


class SimpleLock:
    """A lock that needs none.  From the article that introduced thread.atomic."""

    def __init__(self):
        self.taken = False

    def acquire(self):
        while True:
            with atomic:
                if not self.taken:
                    self.taken = True
                    return
            time.sleep(0)

    def release(self):
        self.taken = False


class ExampleTests(unittest.TestCase):
    """The examples in Doc/atomic.md and Tools/plus/atomicdemo.py."""

    def setUp(self):
        self.enterContext(SwitchInterval(1e-6))

    def test_a_lock_that_needs_no_lock(self):
        lock, inside, worst = SimpleLock(), [0], [0]

        def work():
            for _ in range(200):
                lock.acquire()
                inside[0] += 1
                worst[0] = max(worst[0], inside[0])
                for _ in range(20):
                    abs(0)
                inside[0] -= 1
                lock.release()

        run_threads([work] * 4)
        self.assertEqual(worst, [1])

    def test_check_then_act(self):
        made = []

        @atomic
        def get(cache, key):
            if key not in cache:
                made.append(key)
                cache[key] = object()
            return cache[key]

        cache = {}
        found = run_threads([lambda: [get(cache, key) for key in range(2000)]] * 4)
        self.assertEqual(sorted(made), list(range(2000)))
        self.assertTrue(all(f == found[0] for f in found))

    def test_moving_between_two_accounts(self):
        accounts, sums = {"a": 100, "b": 100}, set()

        @atomic
        def move(source, target, amount):
            accounts[source] -= amount
            accounts[target] += amount

        def look():
            with atomic:
                sums.add(sum(accounts.values()))

        with Repeaters(lambda: move("a", "b", 1), lambda: move("b", "a", 1), look) as others:
            time.sleep(0.2)
        self.assertTrue(all(others.counts))
        self.assertEqual(sums, {200})


if __name__ == "__main__":
    unittest.main()
