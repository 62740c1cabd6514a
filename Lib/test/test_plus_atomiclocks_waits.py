"""Waits of atomiclocks: order, time-outs, exceptions, signals, fork; nobody is left.

A sleep that ends in a chosen way at a chosen moment: scripted() puts a parker in place
whose park() calls a function instead, which does what other threads would do.
"""

import _thread
import contextlib
import random
import signal
import sys
import threading
import time
import unittest

import atomiclocks
from atomiclocks import Barrier, Condition, Event, Lock, Queue, RLock, Semaphore
from test import support
from test.support import import_helper, threading_helper
from test.support.plus_helper import SwitchInterval, join_all, run_child_ok, run_threads

threading_helper.requires_working_threading(module=True)

LONG = support.LONG_TIMEOUT


class Interrupt(Exception):
    """What ends a wait from outside."""


def interrupt(*args):
    raise Interrupt


@contextlib.contextmanager
def scripted(*actions):
    """In this thread, the n-th sleep calls the n-th action; the last ones time out."""
    me, script = threading.get_ident(), list(actions)

    class Scripted(atomiclocks.Parker):
        def park(self, timeout=None):
            if script:
                script.pop(0)()
            elif timeout is None:
                raise AssertionError("a sleep without end")
            else:
                time.sleep(timeout)

    def choose():
        return Scripted() if threading.get_ident() == me else atomiclocks.Parker()

    before = atomiclocks.set_backend(choose)
    try:
        yield
    finally:
        atomiclocks.set_backend(*before)


def line_of(subject):
    return subject._line if isinstance(subject, atomiclocks._Units) else subject._waiters


def start_in_line(subject, *functions):
    """Start a thread for each, one after the other has joined the line of subject."""
    threads = []
    for function in functions:
        before = len(line_of(subject))
        threads.append(threading.Thread(target=function, daemon=True))
        threads[-1].start()
        for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.01):
            if len(line_of(subject)) > before:
                break
    return threads


class Busy:
    """A lock and a condition, which another thread uses for as long as a with statement."""

    def __init__(self):
        self.lock, self.cond, self.stop = Lock(), Condition(Lock()), False
        self.thread = threading.Thread(target=self.serve, daemon=True)

    def serve(self):
        while not self.stop:
            with self.lock:
                pass
            with self.cond:
                self.cond.notify()

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *exc):
        self.stop = True
        join_all([self.thread])

    def use(self):
        """Whatever exception comes: what was acquired is released, no more, no less."""
        self.lock.acquire()
        with atomiclocks.atomic:
            self.lock.release()
        self.cond.acquire()
        try:
            self.cond.wait(0.0001)
        finally:
            with atomiclocks.atomic:
                assert self.cond._is_owned()
                self.cond.release()

    def use_until_interrupted(self, prepare, *args):
        try:
            prepare(*args)
            while True:
                self.use()
        except Interrupt:
            pass


class TestCase(unittest.TestCase):
    def tearDown(self):
        self.assertEqual(atomiclocks._asleep, set())

    def assertUnused(self, *subjects):
        """Nobody waits or comes, and a lock can be had at once."""
        for subject in subjects:
            self.assertEqual(line_of(subject), [])
            if isinstance(subject, atomiclocks._Units):
                self.assertEqual(subject._coming, 0)
                self.assertTrue(subject.acquire(False))
                subject.release()


def take_away(subject):
    """Acquire the lock or semaphore as another thread would."""
    assert subject._take(0)
    if isinstance(subject, RLock):
        subject._owner, subject._count = "another thread", 1


def held(cls):
    """Return a lock or semaphore that another thread has."""
    subject = cls()
    take_away(subject)
    return subject


def let_go(subject):
    """Release it as its owner would."""
    with atomiclocks.atomic:
        if isinstance(subject, RLock):
            subject._owner = threading.get_ident()
        subject.release()


LOCKS = Lock, RLock, Semaphore


class Order(TestCase):
    def test_a_line_is_served_in_its_order(self):
        for cls in LOCKS:
            subject, order = cls(), []
            subject.acquire()

            def take(i):
                with subject:
                    order.append(i)

            threads = start_in_line(subject, *(lambda i=i: take(i) for i in range(8)))
            subject.release()
            join_all(threads)
            self.assertEqual(order, list(range(8)))
            self.assertUnused(subject)

    def test_notifications_go_to_who_has_waited_longest(self):
        cond, order = Condition(), []

        def wait(i):
            with cond:
                order.append((i, cond.wait()))

        threads = start_in_line(cond, *(lambda i=i: wait(i) for i in range(4)))
        for i in range(4):
            with cond:
                cond.notify()
            threads[i].join(LONG)
        self.assertEqual(order, [(i, True) for i in range(4)])
        self.assertUnused(cond, cond._lock)

    def test_units_wake_as_many(self):
        sem = Semaphore(0)
        threads = start_in_line(sem, *[sem.acquire] * 5)
        sem.release(3)
        for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.01):
            if sum(thread.is_alive() for thread in threads) == 2:
                break
        self.assertEqual(len(sem._line), 2)
        sem.release(2)
        join_all(threads)
        self.assertEqual(sem._value, 0)

    def test_two_hundred_waiters(self):
        n, event, lock, barrier, passed = 200, Event(), Lock(), Barrier(200), []

        def task():
            event.wait()
            with lock:
                passed.append(None)
            barrier.wait(LONG)

        threads = [threading.Thread(target=task, daemon=True) for _ in range(n)]
        for thread in threads:
            thread.start()
        event.set()
        join_all(threads)
        self.assertEqual(len(passed), n)
        self.assertUnused(event, lock)


class Barging(TestCase):
    def test_a_unit_that_was_given_back_is_free(self):
        # The sleeper is woken, another is faster, and the time is over.
        for cls in LOCKS:
            subject = held(cls)

            def lose():
                let_go(subject)
                self.assertEqual(subject._coming, 1)
                take_away(subject)

            with scripted(lose):
                self.assertFalse(subject.acquire(timeout=0.001))
            let_go(subject)
            self.assertUnused(subject)

    def test_who_has_lost_too_often_is_handed_its_unit(self):
        for cls in LOCKS:
            subject = held(cls)

            def lose():
                let_go(subject)
                take_away(subject)

            def win():
                let_go(subject)
                self.assertEqual((subject._free, subject._coming), (0, 0))

            with scripted(*[lose] * atomiclocks.MAX_LOSSES, win):
                self.assertTrue(subject.acquire(timeout=LONG))
            subject.release()
            self.assertUnused(subject)

    def test_who_has_lost_waits_at_the_head(self):
        lock, order = held(Lock), []

        def lose():
            threads.extend(start_in_line(lock, lambda: (lock.acquire(), order.append("late"),
                                                        lock.release())))
            let_go(lock)
            lock.acquire(False)

        def look():
            self.assertEqual(lock._line[0].thread, threading.get_ident())
            let_go(lock)

        threads = []
        with scripted(lose, look):
            lock.acquire()
        order.append("early")
        lock.release()
        join_all(threads)
        self.assertEqual(order, ["early", "late"])
        self.assertUnused(lock)

    def test_a_guest_beside_a_thread_that_never_sleeps(self):
        # Expected: the hog has the lock at nearly all times, so the guest finds it
        # taken when it comes; after MAX_LOSSES of that it is handed over.
        lock, stop, turns = Lock(), [], []

        def hog():
            while not stop:
                with lock:
                    for _ in range(100):
                        pass

        def guest():
            for _ in range(10):
                with lock:
                    turns.append(None)
            stop.append(None)

        run_threads([hog, guest], LONG)
        self.assertEqual(len(turns), 10)
        self.assertUnused(lock)


class TimeOuts(TestCase):
    def test_nobody_is_left(self):
        event, cond, queue, barrier = Event(), Condition(), Queue(1), Barrier(2)
        for subject in map(held, LOCKS):
            self.assertFalse(subject.acquire(timeout=0.001))
            let_go(subject)
            self.assertUnused(subject)
        self.assertFalse(event.wait(0.001))
        with cond:
            self.assertFalse(cond.wait(0.001))
            self.assertFalse(cond.wait_for(lambda: False, 0.001))
        self.assertRaises(atomiclocks.Empty, queue.get, timeout=0.001)
        queue.put(1)
        self.assertRaises(atomiclocks.Full, queue.put, 2, timeout=0.001)
        self.assertRaises(atomiclocks.BrokenBarrierError, barrier.wait, 0.001)
        self.assertUnused(event, cond, cond._lock, queue.mutex, queue.not_empty,
                          queue.not_full)

    def test_no_time_is_a_look(self):
        for timeout in 0, -1:
            with scripted():
                self.assertFalse(Event().wait(timeout))
                self.assertFalse(Semaphore(0).acquire(timeout=timeout))
        self.assertFalse(held(Lock).acquire(timeout=0))

    def test_what_is_too_long_is_for_ever(self):
        event = Event()
        with scripted(event.set):
            self.assertTrue(event.wait(1e30))
        with scripted(event.set):
            event.clear()
            self.assertTrue(event.wait(float("inf")))

    def test_a_wake_up_at_the_last_moment_counts(self):
        def late(wake):
            time.sleep(0.002)
            wake()

        for cls in LOCKS:
            subject = held(cls)
            with scripted(lambda: late(lambda: let_go(subject))):
                self.assertTrue(subject.acquire(timeout=0.001))
            subject.release()
            self.assertUnused(subject)
        event, cond = Event(), Condition(Lock())
        with scripted(lambda: late(lambda: (event.set(), event.clear()))):
            self.assertTrue(event.wait(0.001))

        def notify():
            with cond:
                cond.notify()

        with cond, scripted(lambda: late(notify)):
            self.assertTrue(cond.wait(0.001))
        self.assertUnused(event, cond, cond._lock)

    def test_a_notification_while_the_lock_is_awaited_counts(self):
        cond = Condition(Lock())

        def too_late():
            time.sleep(0.002)
            cond.acquire()          # wait() has to sleep again, for the lock

        def notify():
            cond.notify()
            cond.release()

        with cond, scripted(too_late, notify):
            self.assertTrue(cond.wait(0.001))
        self.assertUnused(cond, cond._lock)


class Exceptions(TestCase):
    def test_in_a_sleep_for_a_unit(self):
        for cls in LOCKS:
            subject = held(cls)
            with scripted(interrupt):
                self.assertRaises(Interrupt, subject.acquire)
            let_go(subject)
            self.assertUnused(subject)

    def test_who_was_woken_passes_it_on(self):
        # It was woken, or handed the unit, and the next in line waits for ever.
        for cls in LOCKS:
            for losses in 0, atomiclocks.MAX_LOSSES:
                subject = held(cls)
                threads = []

                def lose():
                    let_go(subject)
                    take_away(subject)

                def be_interrupted():
                    threads.extend(start_in_line(subject, lambda: (subject.acquire(),
                                                                   subject.release())))
                    let_go(subject)
                    interrupt()

                with scripted(*[lose] * losses, be_interrupted):
                    self.assertRaises(Interrupt, subject.acquire)
                join_all(threads)
                self.assertUnused(subject)

    def test_who_was_notified_passes_it_on(self):
        for cls in Lock, RLock, threading.Lock, threading.RLock:
            lock = cls()
            cond, threads, told = Condition(lock), [], []

            def wait():
                with cond:
                    told.append(cond.wait(LONG))

            def be_interrupted():
                threads.extend(start_in_line(cond, wait))
                with cond:
                    cond.notify()
                interrupt()

            with scripted(be_interrupted):
                with self.assertRaises(Interrupt), cond:
                    cond.wait()
            join_all(threads)
            self.assertEqual(told, [True])
            self.assertUnused(cond)

    def test_a_condition_gets_its_lock_back_first(self):
        # Interrupted as it waits for the notification, and again, twice, for the lock.
        for cls in Lock, RLock:
            cond, handed = Condition(cls()), []
            lock = cond._lock

            def lock_it_and_interrupt():
                take_away(lock)
                interrupt()

            def hand_over_and_interrupt():
                let_go(lock)
                handed.append(True)
                interrupt()

            with cond, scripted(lock_it_and_interrupt, interrupt, hand_over_and_interrupt):
                self.assertRaises(Interrupt, cond.wait)
                self.assertTrue(cond._is_owned())
            self.assertEqual(handed, [True])
            self.assertUnused(cond, lock)

    def test_in_other_waits(self):
        event, queue, barrier = Event(), Queue(), Barrier(2)
        with scripted(interrupt, interrupt, interrupt):
            self.assertRaises(Interrupt, event.wait)
            self.assertRaises(Interrupt, queue.get)
            self.assertRaises(Interrupt, barrier.wait)
        self.assertEqual((barrier.n_waiting, barrier.broken), (0, False))
        self.assertUnused(event, queue.mutex, queue.not_empty)

    def test_a_consumer_that_is_interrupted_leaves_the_item_to_the_next(self):
        queue, got, threads = Queue(), [], []

        def be_interrupted():
            threads.extend(start_in_line(queue.not_empty, lambda: got.append(queue.get())))
            queue.put("item")
            interrupt()

        with scripted(be_interrupted):
            self.assertRaises(Interrupt, queue.get)
        join_all(threads)
        self.assertEqual(got, ["item"])

    def test_an_action_that_fails_breaks_its_barrier(self):
        barrier = Barrier(2, action=interrupt)
        results = []

        def wait():
            try:
                barrier.wait(LONG)
            except (Interrupt, atomiclocks.BrokenBarrierError) as exc:
                results.append(type(exc).__name__)

        run_threads([wait, wait])
        self.assertEqual(sorted(results), ["BrokenBarrierError", "Interrupt"])
        self.assertTrue(barrier.broken)
        barrier.reset()
        self.assertEqual((barrier.n_waiting, barrier.broken), (0, False))

    def test_a_lock_of_others_that_cannot_be_released(self):
        class Broken:
            def acquire(self, blocking=True):
                return False

            def release(self):
                raise Interrupt

        cond = Condition(Broken())
        self.assertRaises(Interrupt, cond.wait)
        self.assertUnused(cond)


@unittest.skipUnless(hasattr(signal, "setitimer"), "needs setitimer()")
@unittest.skipUnless(threading.current_thread() is threading.main_thread(),
                     "signals come to the main thread")
class Signals(TestCase):
    def setUp(self):
        self.addCleanup(signal.signal, signal.SIGALRM, signal.getsignal(signal.SIGALRM))
        self.addCleanup(signal.setitimer, signal.ITIMER_REAL, 0)

    def alarm(self, handler, seconds=0.02, every=0):
        signal.signal(signal.SIGALRM, handler)
        signal.setitimer(signal.ITIMER_REAL, seconds, every)

    def test_an_exception_ends_a_wait(self):
        event, cond, queue, barrier = Event(), Condition(), Queue(), Barrier(2)
        waits = [(subject, subject.acquire) for subject in map(held, LOCKS)]
        waits += [(event, event.wait), (queue.not_empty, queue.get), (event, barrier.wait)]
        for subject, wait in waits:
            self.alarm(interrupt)
            self.assertRaises(Interrupt, wait)
            self.assertEqual(line_of(subject), [])
        with cond:
            self.alarm(interrupt)
            self.assertRaises(Interrupt, cond.wait)
            self.assertTrue(cond._is_owned())
        self.assertUnused(cond)

    def test_a_handler_may_end_the_wait_itself(self):
        for subject in map(held, LOCKS):
            self.alarm(lambda *args: let_go(subject))
            self.assertTrue(subject.acquire(timeout=LONG))
            subject.release()
            self.assertUnused(subject)
        event = Event()
        self.alarm(lambda *args: event.set())
        self.assertTrue(event.wait(LONG))

    def test_a_wait_goes_on_after_a_handler(self):
        calls, event = [], Event()
        self.alarm(lambda *args: calls.append(None), 0.01, 0.01)
        self.assertFalse(event.wait(0.1))
        self.assertTrue(calls)

    def test_a_signal_as_the_unit_is_taken(self):
        # acquire() that raises has not acquired: not even in a "with" statement.
        class Trap(int):
            def __sub__(self, n):
                _thread.interrupt_main(signal.SIGALRM)
                return int(self) - n

        signal.signal(signal.SIGALRM, interrupt)
        for cls in LOCKS:
            subject = cls()
            for acquire in subject.acquire, subject.__enter__:
                subject._free = Trap(1)
                self.assertRaises(Interrupt, acquire)
                self.assertUnused(subject)

    def test_a_signal_as_a_condition_gets_its_lock_back(self):
        class Trap(Condition):
            @property
            def _acquire_restore(self):
                _thread.interrupt_main(signal.SIGALRM)
                return self._lock._acquire_restore

            @_acquire_restore.setter
            def _acquire_restore(self, value):
                pass

        signal.signal(signal.SIGALRM, interrupt)
        for lock in Lock(), RLock():
            cond = Trap(lock)
            with cond:
                self.assertRaises(Interrupt, cond.wait, 0.001)
                self.assertTrue(cond._is_owned())
            self.assertUnused(cond, lock)

    def test_signals_at_any_time(self):
        signal.signal(signal.SIGALRM, interrupt)
        with Busy() as busy:
            try:
                for _ in range(300):
                    delay = random.uniform(1e-5, 3e-4)
                    busy.use_until_interrupted(signal.setitimer, signal.ITIMER_REAL, delay)
            finally:
                signal.setitimer(signal.ITIMER_REAL, 0)
        self.assertUnused(busy.lock, busy.cond, busy.cond._lock)


class AsynchronousExceptions(TestCase):
    def test_at_any_time(self):
        ctypes = import_helper.import_module("ctypes")
        set_exception = ctypes.pythonapi.PyThreadState_SetAsyncExc
        me = ctypes.c_ulong(threading.get_ident())

        def send():
            for _ in range(300):
                going.acquire()
                time.sleep(random.uniform(0, 3e-4))
                set_exception(me, ctypes.py_object(Interrupt))

        going = threading.Semaphore(0)
        sender = threading.Thread(target=send, daemon=True)
        with Busy() as busy:
            sender.start()
            for _ in range(300):
                busy.use_until_interrupted(going.release)
            join_all([sender])
        self.assertUnused(busy.lock, busy.cond, busy.cond._lock)


@support.requires_fork()
class Fork(TestCase):
    @unittest.skipIf(support.check_sanitizer(thread=True),
                     "ThreadSanitizer ends a child whose threads get the stacks of dead ones")
    def test_a_child_has_no_waiters_of_dead_threads(self):
        # One is woken in the moment of the fork; in the child it will never come.
        out = run_child_ok("""
            import os, threading, time, atomiclocks
            from atomiclocks import Condition, Event, Lock, Semaphore, atomic

            lock, sem, event, cond = Lock(), Semaphore(0), Event(), Condition()
            lock.acquire()

            def wait_for_cond():
                with cond:
                    cond.wait()

            for target in (lock.acquire, lock.acquire, sem.acquire, event.wait,
                           wait_for_cond):
                threading.Thread(target=target, daemon=True).start()
            while len(atomiclocks._asleep) < 5:
                time.sleep(0.001)
            with atomic:
                lock.release()
                with cond:
                    cond.notify()
                    pid = os.fork()
            if pid:
                os._exit(os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))

            assert not atomiclocks._asleep
            assert not (lock._line or sem._line or event._waiters or cond._waiters)
            assert lock._coming == sem._coming == 0
            lock.acquire()
            sem_thread = threading.Thread(target=sem.acquire)
            lock_thread = threading.Thread(target=lock.acquire)
            for thread in sem_thread, lock_thread:
                thread.start()
            while len(atomiclocks._asleep) < 2:
                time.sleep(0.001)
            lock.release()
            sem.release()
            lock_thread.join()
            sem_thread.join()
            lock._at_fork_reinit()
            assert lock.acquire(False)
            print("good", flush=True)
            os._exit(0)
            """)
        self.assertEqual(out, "good\n")

    def test_a_waiter_that_forks_goes_on_waiting(self):
        # Its signal handler forks; parent and child are woken, each by itself.
        out = run_child_ok("""
            import os, signal, threading
            from atomiclocks import Lock, _asleep

            lock, pids = Lock(), []
            lock.acquire()

            def handler(*args):
                pids.append(os.fork())
                assert len(_asleep) == 1
                threading.Timer(0.01, lock.release).start()

            signal.signal(signal.SIGALRM, handler)
            signal.setitimer(signal.ITIMER_REAL, 0.01)
            assert lock.acquire(timeout=30)
            if pids[0]:
                assert os.waitpid(pids[0], 0)[1] == 0
                print("good")
            """)
        self.assertEqual(out, "good\n")


class Stress(TestCase):
    """Many threads at a switch interval of 1 us, which also give up at random."""

    SECONDS = 0.2

    def run_until_end(self, *functions):
        end = time.monotonic() + self.SECONDS

        def repeat(function):
            n = 0
            while time.monotonic() < end:
                n += bool(function())
            return n

        with SwitchInterval(1e-6):
            return run_threads([lambda f=f: repeat(f) for f in functions], LONG)

    def test_locks(self):
        for cls in LOCKS:
            subject, counter = cls(), [0]

            def add():
                if not subject.acquire(timeout=random.choice((0.0001, 0, 10))):
                    return False
                value = counter[0]
                for _ in range(random.randrange(20)):
                    pass
                counter[0] = value + 1
                subject.release()
                return True

            done = self.run_until_end(*[add] * 6)
            self.assertEqual(sum(done), counter[0])
            self.assertUnused(subject)

    def test_traced(self):
        # A trace function that waits for nothing.
        self.addCleanup(threading.settrace, threading.gettrace())
        threading.settrace(lambda frame, event, arg: lambda *args: None)
        self.test_locks()

    def test_queues(self):
        for maxsize in 0, 1, 3:
            queue, sent, got = Queue(maxsize), [], []

            def put():
                with contextlib.suppress(atomiclocks.Full):
                    item = random.random()
                    queue.put(item, timeout=random.choice((0.0001, 0.01)))
                    sent.append(item)

            def get():
                with contextlib.suppress(atomiclocks.Empty):
                    got.append(queue.get(timeout=random.choice((0.0001, 0.01))))
                    queue.task_done()

            self.run_until_end(put, put, put, get, get, get)
            while not queue.empty():
                get()
            queue.join()
            self.assertEqual(sorted(sent), sorted(got))
            self.assertUnused(queue.mutex, queue.not_empty, queue.not_full)

    def test_barrier(self):
        barrier, turns = Barrier(4), []

        def pass_through():
            turns.append(barrier.wait(LONG))

        with SwitchInterval(1e-6):
            run_threads([lambda: [pass_through() for _ in range(300)]] * 4, LONG)
        self.assertEqual(sorted(turns), sorted([0, 1, 2, 3] * 300))


class HooksThatWait(TestCase):
    def test_a_queue_is_locked_while_put_waits(self):
        inside, most = [], []

        class Slow(Queue):
            def _put(self, item):
                inside.append(None)
                most.append(len(inside))
                time.sleep(0.001)
                super()._put(item)
                inside.pop()

        queue = Slow()
        run_threads([lambda: [queue.put(i) for i in range(5)]] * 4)
        self.assertEqual((max(most), queue.qsize()), (1, 20))

    def test_a_program_may_lock_a_queue(self):
        queue = Queue()
        with queue.mutex:
            threads = start_in_line(queue.mutex, lambda: queue.put(1))
            self.assertEqual(list(queue.queue), [])
        join_all(threads)
        self.assertEqual(queue.get(), 1)


if __name__ == "__main__":
    unittest.main()
