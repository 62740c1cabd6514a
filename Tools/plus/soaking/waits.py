# Copyright PythonPlus contributors.
"""Work with everything that threads wait for.

Waits without a time-out are there on purpose: a lost wake-up stops the unit for good,
and soak.py sees that.
"""
import gc
import queue
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor

REPEATS = 50                # of the small things, per unit
CHURN = 100                 # threads, per unit
BRIEF_S = 0.002             # a time-out that is to come often
LONG_S = 60                 # a time-out that must not come
# Ours may be used by a handler in the midst of another call; CPython's may not.
NATIVE = hasattr(threading, "_native")


def check(right, what):
    if not right:
        raise AssertionError(what)


# --- shared by the workers of a kind ---

lock, rlock = threading.Lock(), threading.RLock()
owner = []


def locks(rng):
    """Nobody else is where one is."""
    me = object()
    while True:
        for _ in range(REPEATS):
            held = rng.choice((lock, rlock))
            if not held.acquire(timeout=rng.choice((-1, LONG_S, BRIEF_S))):
                continue
            if held is lock:
                check(not owner, "two threads have the lock")
                owner.append(me)
                if rng.random() < 0.1:
                    time.sleep(0)
                check(owner.pop() is me, "another thread has taken the lock")
            else:
                with rlock:
                    pass
            held.release()
        time.sleep(rng.uniform(0, BRIEF_S))
        yield


changed = threading.Condition()
tokens = []


def conditions(rng):
    """Tokens come and go; who finds none waits, and most waits time out."""
    while True:
        for _ in range(REPEATS):
            with changed:
                tokens.append(True)
                rng.choice((changed.notify, changed.notify_all))()
            with changed:
                if changed.wait_for(lambda: tokens, rng.choice((LONG_S, BRIEF_S))):
                    tokens.pop()
                changed.wait(rng.choice((0, BRIEF_S / 10)))
        yield


bounded, simple = queue.Queue(5), queue.SimpleQueue()


def queues(rng):
    """As much is taken out as was put in."""
    while True:
        put = 0
        for _ in range(rng.randint(1, REPEATS)):
            try:
                bounded.put(True, timeout=BRIEF_S)
                put += 1
            except queue.Full:
                break
            simple.put(True)
            check(simple.get(timeout=LONG_S), "SimpleQueue")
        for _ in range(put):
            bounded.get(timeout=LONG_S)
        yield


# --- of one worker ---

def pools(rng):
    while True:
        with ThreadPoolExecutor(rng.randint(1, 4)) as pool:
            for _ in range(rng.randint(1, 5)):
                numbers = [rng.random() for _ in range(REPEATS)]
                futures = [pool.submit(abs, number) for number in numbers]
                check([future.result() for future in futures] == numbers, "a pool's results")
                check(list(pool.map(abs, numbers)) == numbers, "a pool's map")
                yield


def partners(rng):
    """A new thread, a few round trips with it, and its end."""
    while True:
        ask, answer = rng.choice((_by_locks, _by_events, _by_semaphores, _by_conditions,
                                  _by_queues, _by_barrier))()
        number = rng.randint(1, REPEATS)
        thread = threading.Thread(target=_repeat, args=(answer, number))
        thread.start()
        _repeat(ask, number)
        thread.join()
        yield


def _repeat(function, number):
    for _ in range(number):
        function()


def _by_locks():
    there, back = threading.Lock(), threading.Lock()
    there.acquire()
    back.acquire()
    return (lambda: (there.release(), back.acquire()),
            lambda: (there.acquire(), back.release()))


def _by_semaphores():
    there, back = threading.Semaphore(0), threading.Semaphore(0)
    return (lambda: (there.release(), back.acquire()),
            lambda: (there.acquire(), back.release()))


def _by_events():
    there, back = threading.Event(), threading.Event()
    return (lambda: (there.set(), back.wait(), back.clear()),
            lambda: (there.wait(), there.clear(), back.set()))


def _by_conditions():
    turn, whose = threading.Condition(), [0]

    def pass_on(mine):
        with turn:
            while whose[0] != mine:
                turn.wait()
            whose[0] = 1 - mine
            turn.notify()
    return lambda: pass_on(0), lambda: pass_on(1)


def _by_queues():
    there, back = queue.Queue(1), queue.SimpleQueue()
    return (lambda: (there.put(1), back.get()), lambda: (there.get(), back.put(1)))


def _by_barrier():
    barrier = threading.Barrier(2)
    return barrier.wait, barrier.wait


class Dying:
    """Its finalizer uses locks wherever the collector happens to run."""
    died = queue.SimpleQueue()

    def __init__(self):
        self.cycle = self
        self.cond = threading.Condition()
        self.event = threading.Event()
        self.number = 0

    def __del__(self):
        with self.cond:
            self.cond.notify_all()
        self.event.set()
        self.died.put(self.number)


def finalizers(rng):
    """Some die at once, some when the collector finds their cycle, in any thread."""
    while True:
        for number in range(REPEATS):
            dying = Dying()
            dying.number = number
            if rng.random() < 0.5:
                dying.cycle = None
        del dying
        gc.collect()
        died = sorted(Dying.died.get(timeout=LONG_S) for _ in range(REPEATS))
        check(died == list(range(REPEATS)), "finalizers ran twice, or not at all")
        yield


def churn(rng):
    """Threads that only begin and end: all at once, or one after the other."""
    while True:
        came = []
        threads = [threading.Thread(target=came.append, args=(number,))
                   for number in range(CHURN)]
        together = rng.random() < 0.5
        for thread in threads:
            thread.start()
            if not together:
                thread.join()
        for thread in threads:
            thread.join()
        check(sorted(came) == list(range(CHURN)), "a thread did not run")
        yield


# --- of the main thread ---

class Woken(Exception):
    """Raised by the handler."""


def signals(rng):
    """A timer's signal comes somewhere in a wait, and ends it."""
    armed = []

    def handler(number, frame):
        if armed and not in_finalizer(frame):   # an exception would be lost there
            armed.pop()()
    signal.signal(signal.SIGALRM, handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGALRM])
    ways = [_lock_released, _item_put, _raised]
    if NATIVE:
        ways += [_event_set, _notified]
    while True:
        act, wait = rng.choice(ways)(rng)
        try:
            armed.append(act)
            signal.setitimer(signal.ITIMER_REAL, rng.uniform(1e-5, 2 * BRIEF_S))
            check(wait(), "a signal did not end a wait")
            while armed:
                time.sleep(BRIEF_S)
        except Woken:
            pass
        yield


def in_finalizer(frame):
    while frame is not None and frame.f_code.co_name != "__del__":
        frame = frame.f_back
    return frame is not None


def _lock_released(rng):
    held = threading.Lock()
    held.acquire()
    return held.release, lambda: held.acquire(timeout=LONG_S)


def _item_put(rng):
    items = queue.SimpleQueue()
    return lambda: items.put(True), lambda: items.get(timeout=LONG_S)


def _event_set(rng):
    event = threading.Event()
    return event.set, lambda: event.wait(LONG_S)


def _notified(rng):
    cond, notified = threading.Condition(), []

    def act():
        with cond:
            notified.append(True)
            cond.notify()

    def wait():
        with cond:
            return cond.wait_for(lambda: notified, LONG_S)
    return act, wait


def _raised(rng):
    def act():
        raise Woken

    def wait():
        waits = (threading.Event().wait, threading.Semaphore(0).acquire,
                 queue.SimpleQueue().get, _locked().acquire, _owned().wait)
        rng.choice(waits)()
    return act, wait


def _locked():
    held = threading.Lock()
    held.acquire()
    return held


def _owned():
    cond = threading.Condition()
    cond.acquire()
    return cond
