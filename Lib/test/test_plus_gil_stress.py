"""Many threads that use the GIL in all ways at once, watched for stalls.

What they do is chosen at random; a failure names the seed, and PLUS_TEST_SEED
repeats its choices, though not the timing.  A heartbeat thread sleeps, wakes and
notes the time: a lost wake-up of the GIL, or a watcher that went missing, is a
gap in its notes.
"""

import hashlib
import os
import queue
import random
import socket
import sys
import threading
import time
import unittest
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import PATIENCE, Burners, SwitchInterval, join_all

threading_helper.requires_working_threading(module=True)

SECONDS = 0.35
BEAT_S = 0.005
BEATS = 3                       # the fewest that tell anything
STALL_S = 2.0 * PATIENCE        # on a machine that is ten times as busy as it should be

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


class Heartbeat:
    """A thread that wakes up often, for as long as a with statement.
    longest: the longest time between two beats, the end included."""

    def __enter__(self):
        self.longest = 0.0
        self.beats = 0
        self._stop = False
        self._last = time.monotonic()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        return self

    def _beat(self):
        while not self._stop:
            time.sleep(BEAT_S)
            now = time.monotonic()
            self.longest = max(self.longest, now - self._last)
            self._last = now
            self.beats += 1

    def __exit__(self, *exc):
        self._stop = True
        join_all([self._thread])


class Playground:
    """What the actors share, and the things they do.  Each act is short."""

    def __init__(self):
        self.lock = threading.Lock()
        self.rlock = threading.RLock()
        self.condition = threading.Condition()
        self.queue = queue.Queue(10)
        self.locked_count = 0
        self.stored = self.fetched = 0
        self.a, self.b = socket.socketpair()
        self.a.setblocking(False)
        self.b.setblocking(False)
        self.big = bytes(100_000)

    def close(self):
        self.a.close()
        self.b.close()

    def compute(self, dice):
        for _ in range(dice.randrange(3000)):
            pass

    def compute_long(self, dice):
        sum(range(dice.randrange(100_000)))

    def sleep(self, dice):
        time.sleep(dice.choice((0, 0, 1e-6, 1e-4, 1e-3, 3e-3)))

    def call_system(self, dice):
        for _ in range(dice.randrange(20)):
            os.stat(".")

    def hash(self, dice):
        hashlib.sha256(self.big).digest()

    def use_lock(self, dice):
        with self.lock:
            count = self.locked_count
            self.sleep(dice)
            self.locked_count = count + 1

    def try_lock(self, dice):
        if self.lock.acquire(timeout=dice.choice((0, 1e-4, 1e-3))):
            self.locked_count += 1
            self.lock.release()

    def use_rlock(self, dice):
        with self.rlock, self.rlock:
            self.compute(dice)

    def wait(self, dice):
        with self.condition:
            self.condition.wait(dice.choice((1e-4, 1e-3)))

    def notify(self, dice):
        with self.condition:
            self.condition.notify(dice.randrange(3))

    def put(self, dice):
        try:
            self.queue.put(1, timeout=0.001)
        except queue.Full:
            return
        with self.rlock:
            self.stored += 1

    def get(self, dice):
        try:
            self.queue.get(timeout=0.001)
        except queue.Empty:
            return
        with self.rlock:
            self.fetched += 1

    def send(self, dice):
        try:
            self.a.send(b"x" * 512)
        except BlockingIOError:
            pass

    def receive(self, dice):
        try:
            self.b.recv(4096)
        except BlockingIOError:
            pass

    def start_thread(self, dice):
        thread = threading.Thread(target=self.compute, args=(random.Random(dice.random()),))
        thread.start()
        thread.join(support.SHORT_TIMEOUT)

    def change_interval(self, dice):
        sys.setswitchinterval(dice.choice((1e-6, 1e-6, 1e-5, 1e-4, 1e-3, 1e-3, 5e-3, 0.1)))

    ACTS = [compute, compute, compute_long, sleep, sleep, call_system, hash, use_lock,
            try_lock, use_rlock, wait, notify, put, get, send, receive, start_thread]


def seed_of_this_run():
    seed = int(os.environ.get("PLUS_TEST_SEED") or random.randrange(1 << 32))
    if support.verbose:
        print(f"PLUS_TEST_SEED={seed}", flush=True)
    return seed


class StressTests(unittest.TestCase):
    def assert_no_stall(self, heart):
        self.assertGreater(heart.beats, BEATS)
        self.assertLess(heart.longest, STALL_S)

    def until_heard(self, heart, least, most):
        """Count from 1 until the heart has beaten often enough to tell of a stall,
        on a machine of any speed; to most if it does not.
        """
        for count in range(1, most + 1):
            yield count
            if count >= least and heart.beats > BEATS:
                return

    def play(self, actors, cpu_threads, acts, seed):
        """Let actors do random acts for a while.  Returns the playground."""
        ground = Playground()
        self.addCleanup(ground.close)
        end = time.monotonic() + SECONDS
        errors = []

        def act(number):
            dice = random.Random(seed + number)
            try:
                while time.monotonic() < end and not errors:
                    dice.choice(acts)(ground, dice)
            except BaseException as exc:
                errors.append(exc)

        threads = [threading.Thread(target=act, args=(i,), daemon=True)
                   for i in range(actors)]
        with Heartbeat() as heart, Burners(cpu_threads):
            for thread in threads:
                thread.start()
            join_all(threads)
        self.assertEqual(errors, [])
        self.assert_no_stall(heart)
        return ground

    # actors, CPU threads, whether the switch interval changes at random
    CROWDS = [(3, 0, False), (8, 1, True), (15, 2, True)]

    def test_a_crowd_does_everything(self):
        for actors, cpu_threads, changes in self.CROWDS:
            seed = seed_of_this_run()
            with self.subTest(actors=actors, cpu_threads=cpu_threads, seed=seed), \
                    SwitchInterval(sys.getswitchinterval()):
                acts = Playground.ACTS + [Playground.change_interval] * changes
                ground = self.play(actors, cpu_threads, acts, seed)
                # Nothing is left behind, and nothing was counted twice.
                self.assertFalse(ground.lock.locked())
                self.assertEqual(ground.stored - ground.fetched, ground.queue.qsize())

    def test_a_lock_excludes(self):
        # use_lock() reads, releases the GIL, and writes: only the lock makes the
        # count right, only the GIL's wake-ups make it grow.
        seed = seed_of_this_run()
        with self.subTest(seed=seed), SwitchInterval(1e-5):
            ground = Playground()
            self.addCleanup(ground.close)
            rounds, n = 50, 8
            plus_helper.run_threads(
                [lambda i=i: [ground.use_lock(random.Random(seed + i))
                              for _ in range(rounds)] for i in range(n)])
            self.assertEqual(ground.locked_count, rounds * n)

    def test_short_releases_by_many(self):
        # Releases of a microsecond, which are lent: the waiters that watch over
        # them must take the GIL when one lasts.
        acts = [Playground.call_system, Playground.send, Playground.receive,
                lambda ground, dice: time.sleep(0),
                lambda ground, dice: dice.random() < 0.02 and time.sleep(0.002)]
        for cpu_threads in 0, 1, 3:
            seed = seed_of_this_run()
            with self.subTest(cpu_threads=cpu_threads, seed=seed):
                self.play(6, cpu_threads, acts, seed)

    def test_intervals_change_while_threads_burn(self):
        with SwitchInterval(0.005), Heartbeat() as heart, Burners(4) as burners:
            for seconds in (1e-6, 0.1, 1e-5, 0.05, 1e-4, 1e-6, 0.005) * 2:
                sys.setswitchinterval(seconds)
                time.sleep(0.02)
            sys.setswitchinterval(0.005)
            burners.wait_for_progress()
        self.assert_no_stall(heart)

    @plus_helper.only_io
    def test_no_request_is_lost(self):
        # A sleeper comes back just when the CPU thread is taking the GIL, and asks
        # for it.  Nobody else asks, and the sleeper would not ask again before the
        # slice is over: if the request is lost, it does not come to its end.
        seed = seed_of_this_run()
        dice = random.Random(seed)

        def sleep_and_wake():
            end = time.monotonic() + 2 * SECONDS * PATIENCE
            while time.monotonic() < end:
                time.sleep(dice.random() * 1e-4)

        with self.subTest(seed=seed), SwitchInterval(100), Burners(1):
            plus_helper.run_threads([sleep_and_wake])

    def test_threads_come_and_go(self):
        # The waiter of a thread lives as long as the thread.
        done = []
        with Heartbeat() as heart:
            for _ in range(40):
                threads = [threading.Thread(target=done.append, args=(1,))
                           for _ in range(50)]
                for thread in threads:
                    thread.start()
                join_all(threads)
        self.assertEqual(len(done), 2000)
        self.assertLess(heart.longest, STALL_S)

    def test_threads_come_and_go_beside_cpu_threads(self):
        done = []
        with SwitchInterval(0.001), Heartbeat() as heart, Burners(2):
            for started in self.until_heard(heart, 5, 500):
                threads = [threading.Thread(target=done.append, args=(1,))
                           for _ in range(10)]
                for thread in threads:
                    thread.start()
                join_all(threads)
        self.assertEqual(len(done), started * 10)
        self.assert_no_stall(heart)

    def test_a_convoy_of_events(self):
        # A ring of threads, each waking the next: one lost wake-up stops it.
        n, rounds = 10, 40
        events = [threading.Semaphore(0) for _ in range(n)]

        def pass_on(i):
            for _ in range(rounds):
                self.assertTrue(events[i].acquire(timeout=support.SHORT_TIMEOUT))
                events[(i + 1) % n].release()

        with SwitchInterval(0.001), Heartbeat() as heart, Burners(1):
            events[0].release()
            for _ in self.until_heard(heart, 10, 1000):
                plus_helper.run_threads([lambda i=i: pass_on(i) for i in range(n)])
        self.assert_no_stall(heart)


if __name__ == "__main__":
    unittest.main()
