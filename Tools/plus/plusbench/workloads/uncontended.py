# Copyright PythonPlus contributors.
"""What locks and conditions cost when nobody else wants them."""
import _thread
import queue
import threading
import timeit
import types

from plusbench import stats
from plusbench.workloads import Unsupported

BATCH = 2000                # about a millisecond
OBJECTS = 1000

# name: how the object is made, what is done with it
OPERATIONS = {
    "lock": ("threading.Lock()", "with it: pass"),
    "rlock": ("threading.RLock()", "with it: pass"),
    "cond": ("threading.Condition()", "with it: pass"),
    "notify": ("threading.Condition()", "with it: it.notify()"),
    "acquire": ("threading.Condition()", "it.acquire(); it.release()"),
    "event": ("threading.Event()", "it.set(); it.clear()"),
    "isset": ("threading.Event()", "it.is_set()"),
    "semaphore": ("threading.Semaphore()", "with it: pass"),
    "atomic": ("threading.atomic", "with it: pass"),
    "flag": ("_thread.set_atomic", "it(it(True))"),
    "queue": ("queue.Queue()", "it.put(1); it.get()"),
    "atlock": ("atomiclocks.Lock()", "with it: pass"),
    "atrlock": ("atomiclocks.RLock()", "with it: pass"),
    "atcond": ("atomiclocks.Condition()", "with it: pass"),
    "atnotify": ("atomiclocks.Condition()", "with it: it.notify()"),
    "atevent": ("atomiclocks.Event()", "it.set(); it.clear()"),
    "atsemaphore": ("atomiclocks.Semaphore()", "with it: pass"),
    "atqueue": ("atomiclocks.Queue()", "it.put(1); it.get()"),
}
# The same with an object whose attributes the program has read: see Doc/locks.md, "Native
# and plain".
OPERATIONS |= {
    "plain" + what: (f"looked_into({make})", statement)
    for what, (make, statement) in OPERATIONS.items()
    if what in ("cond", "notify", "event", "isset", "semaphore")
}
# What a program does on an interpreter without threading.atomic.
if not hasattr(threading, "atomic"):
    OPERATIONS |= {"atomic": OPERATIONS["lock"], "flag": OPERATIONS["lock"]}
try:
    import atomiclocks
except ImportError:
    atomiclocks = types.SimpleNamespace(
        Lock=threading.Lock, RLock=threading.RLock, Condition=threading.Condition,
        Event=threading.Event, Semaphore=threading.Semaphore, Queue=queue.Queue)


def looked_into(each):
    vars(each)
    return each


def operation(work):
    """The operation work.params["what"], over and over; the loop is included."""
    make, statement = OPERATIONS[work.params["what"]]
    return _repeat(work, timeit.Timer(statement, "it = " + make, globals=globals()))


def making(work):
    """To make such an object and to drop it; and the memory that it takes."""
    make = OPERATIONS[work.params["what"]][0]
    memory = bytes_each(eval("lambda: " + make))
    return _repeat(work, timeit.Timer(make, globals=globals()), memory)


def _repeat(work, timer, memory=None):
    """Time batches; timeit does not count its preparations, and stops the collector.

    A disturbed batch does not change the median.
    """
    def body():
        while work.going:
            work.latencies.append(timer.timeit(BATCH) / BATCH)
            work.ops += BATCH
    # A short window may end before the first batch does.
    work.values = lambda window: {"each": stats.median(work.latencies) * 1e9,
                                  "bytes": memory}
    return (body,)


def bytes_each(make):
    """Return the bytes that an object takes with all that is made for it."""
    try:
        import tracemalloc
    except ImportError:
        raise Unsupported("this Python has no tracemalloc, which measures memory")
    kept = [None] * OBJECTS
    make()                      # what is made once and kept
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    for i in range(OBJECTS):
        kept[i] = make()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    return (after - before) / OBJECTS


def notify_all(work):
    """Threads wait for a condition; all are notified, until all have ended.

    They start one after the other, and wait before the clock starts.  An event is a
    thread.
    """
    number = work.params["threads"]

    def body():
        while work.going:
            work.latencies.append(once(number))
            work.ops += number
    work.values = lambda window: {"through": stats.median(work.latencies) * 1e3}
    work.events = lambda window: len(work.latencies) * number
    return (body,)


def once(number):
    """Return the seconds from notify_all() to the end of the last thread."""
    changed, go, waiting = threading.Condition(), [], []

    def wait():
        with changed:
            waiting.append(True)
            if len(waiting) == number:
                all_wait.release()
            while not go:
                changed.wait()

    all_wait = threading.Lock()
    all_wait.acquire()
    threads = [threading.Thread(target=wait, daemon=True) for _ in range(number)]
    for thread in threads:
        thread.start()
    all_wait.acquire()
    with changed:               # the last one has released it: it waits
        go.append(True)
        start = timeit.default_timer()
        changed.notify_all()
    for thread in threads:
        thread.join()
    return timeit.default_timer() - start
