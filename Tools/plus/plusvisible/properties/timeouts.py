# Copyright PythonPlus contributors.
"""Time-outs of all kinds, in all waits. None of these has to wait for long."""
import queue
import threading
from decimal import Decimal
from fractions import Fraction

from plusvisible.helpers import Runs
from plusvisible.table import shows


class Ordered:
    """Has nothing but comparison."""
    def __gt__(self, other): return False
    def __lt__(self, other): return True
    def __le__(self, other): return True
    def __ge__(self, other): return False


class Indexed:
    def __index__(self): return 0


class Floating:
    def __float__(self): return 0.0


class Failing:
    def __gt__(self, other): raise KeyError("compared")
    __lt__ = __le__ = __ge__ = __add__ = __radd__ = __gt__


NAMES = {
    "Decimal": Decimal, "Fraction": Fraction, "inf": float("inf"), "nan": float("nan"),
    "Ordered": Ordered, "Indexed": Indexed, "Floating": Floating, "Failing": Failing,
    "threading": threading}
# What ends at once or raises, everywhere.
SOON = ["0", "0.0", "-1", "-0.5", "-1e300", "False", "1e-300", "0.001", "Decimal(0)",
        "Decimal('0.001')", "Fraction(1, 1000)", "'1'", "b''", "[]", "{}", "object()", "1j",
        "Ordered()", "Indexed()", "Floating()", "Failing()", "inf", "1e300", "1e10",
        "10**30", "-10**30", "Decimal('inf')"]
# What may also wait for ever.
EVER = ["None", "nan", "Decimal('nan')", "-inf", "threading.TIMEOUT_MAX",
        "threading.TIMEOUT_MAX + 1"]


def value(text):
    return eval(text, NAMES)


def tried(call, *args, **kwargs):
    """A wait that may last for ever: this looks for half a second."""
    return Runs(call, *args, **kwargs).result(0.5)


def held(cond, call, *args):
    with cond:
        return call(*args)


@shows(over=SOON + EVER)
def condition_wait(text):
    cond = threading.Condition()
    return tried(held, cond, cond.wait, value(text))


@shows(over=SOON + EVER)
def condition_wait_for(text):
    cond = threading.Condition()
    return tried(held, cond, cond.wait_for, lambda: 0, value(text))


@shows(over=SOON + EVER)
def event_wait(text):
    return tried(threading.Event().wait, value(text))


@shows(over=SOON + EVER)
def event_wait_set(text):
    event = threading.Event()
    event.set()
    return tried(event.wait, value(text))


@shows(over=SOON + EVER)
def semaphore_acquire(text):
    return tried(threading.Semaphore(0).acquire, True, value(text))


@shows(over=SOON + EVER)
def semaphore_acquire_free(text):
    return tried(threading.Semaphore().acquire, timeout=value(text))


@shows(over=SOON + EVER)
def lock_acquire(text):
    lock = threading.Lock()
    lock.acquire()
    return tried(lock.acquire, True, value(text))


@shows(over=SOON + EVER)
def lock_acquire_free(text):
    return tried(threading.Lock().acquire, True, value(text))


@shows(over=SOON + EVER)
def rlock_acquire_free(text):
    return tried(threading.RLock().acquire, True, value(text))


@shows(over=SOON + EVER)
def simple_queue_get(text):
    return tried(queue.SimpleQueue().get, True, value(text))


@shows(over=SOON + EVER)
def queue_get(text):
    return tried(queue.Queue().get, True, value(text))


@shows(over=SOON + EVER)
def queue_put(text):
    full = queue.Queue(1)
    full.put(1)
    return tried(full.put, 2, True, value(text))


@shows(over=SOON)
def join(text):
    stop = threading.Event()
    thread = threading.Thread(target=stop.wait, daemon=True)
    thread.start()
    return tried(thread.join, value(text))


@shows(over=["-1", "0", "'x'", "nan", "Ordered()"])
def barrier_wait(text):
    return tried(threading.Barrier(2).wait, value(text))


@shows()
def largest():
    return "%r" % threading.TIMEOUT_MAX, type(threading.TIMEOUT_MAX)


@shows()
def wait_for_time_is_read_by_name():
    """The clock that wait_for() and acquire() read is threading._time."""
    calls = []
    def clock():
        calls.append(1)
        return float(len(calls))
    threading._time, before = clock, threading._time
    try:
        cond = threading.Condition()
        with cond:
            found = cond.wait_for(lambda: 0, 1.5), len(calls)
        calls.clear()
        return found, threading.Semaphore(0).acquire(timeout=1.5), len(calls)
    finally:
        threading._time = before
