# Copyright PythonPlus contributors.
"""Names of threading that libraries, profilers and checkers put something else to."""
import queue
import threading

from plusvisible.helpers import asleep, told
from plusvisible.table import shows

USERS = {
    "Condition": lambda: threading.Condition(), "Event": lambda: threading.Event(),
    "Semaphore": lambda: threading.Semaphore(), "Barrier": lambda: threading.Barrier(2),
    "BoundedSemaphore": lambda: threading.BoundedSemaphore(),
    "Queue": lambda: queue.Queue(), "Thread": lambda: threading.Thread(target=int),
    "Timer": lambda: threading.Timer(1, int), "Lock": lambda: threading.Lock(),
    "RLock": lambda: threading.RLock()}
NAMES = ["_allocate_lock", "Lock", "RLock", "Condition", "Event", "_deque", "_time"]


class Recording:
    """In the place of a name: makes the real thing, and keeps what was asked for."""
    def __init__(self, name):
        self.name, self.before, self.calls = name, getattr(threading, name), []

    def __enter__(self):
        setattr(threading, self.name, self)
        return self

    def __exit__(self, *_):
        setattr(threading, self.name, self.before)

    def __call__(self, *args, **kwargs):
        self.calls.append((args and type(args[0]).__name__, sorted(kwargs)))
        return self.before(*args, **kwargs)


@shows(over=["%s-%s" % (name, user) for name in NAMES for user in USERS],
       but={"_deque-%s" % user: ("deque",) for user in USERS if user not in ("Lock", "RLock")})
def asked_for_by(item):
    """What the constructors ask a replaced name for."""
    name, user = item.split("-")
    with Recording(name) as recording:
        one = told(USERS[user])
    return recording.calls, type(one).__name__


class Watched:
    """A lock as a lock-order checker or a scheduler of tasks makes it."""
    log = []
    allocate = threading._allocate_lock

    def __init__(self):
        self.inner = self.allocate()

    def acquire(self, *args, **kwargs):
        self.log.append("acquire")
        return self.inner.acquire(*args, **kwargs)

    def release(self):
        self.log.append("release")
        self.inner.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *_):
        self.release()

    def locked(self):
        return self.inner.locked()

    def _at_fork_reinit(self):
        self.inner = self.allocate()


@shows(over=["_allocate_lock", "Lock", "RLock"])
def used_by_an_event(name):
    setattr(threading, name, Watched)
    event = threading.Event()
    log = [event.wait(0), event.set(), event.wait(), event.clear(), event.wait(0.001)]
    return log, Watched.log


@shows(over=["_allocate_lock", "Lock", "RLock"])
def used_by_a_condition(name):
    setattr(threading, name, Watched)
    cond = threading.Condition()
    with cond:
        result = cond.wait(0), cond.notify()
    return result, Watched.log, type(cond._lock).__name__


@shows(over=["_allocate_lock", "Lock", "RLock"])
def used_by_a_semaphore(name):
    setattr(threading, name, Watched)
    one = threading.Semaphore(1)
    return one.acquire(), one.acquire(False), one.release(), Watched.log


@shows(over=["_allocate_lock", "Lock"])
def used_by_a_queue(name):
    setattr(threading, name, Watched)
    one = queue.Queue()
    return one.put(1), one.get(), one.task_done(), one.join(), Watched.log


@shows()
def replaced_after_it_was_made():
    """What was made before asks for a lock at each wait."""
    cond, event = threading.Condition(), threading.Event()
    threading._allocate_lock = Watched
    with cond:
        cond.wait(0)
    event.wait(0)
    return Watched.log


@shows()
def replaced_while_others_sleep():
    event = threading.Event()
    thread = asleep(event.wait)
    threading._allocate_lock = Watched
    event.set()
    return thread.result(), Watched.log


@shows()
def replaced_for_a_derived_class():
    class Mine(threading.Event):
        pass
    threading._allocate_lock = Watched
    one = Mine()
    return one.wait(0), Watched.log, type(one).__mro__[0].__name__


@shows()
def replaced_and_put_back():
    before = threading._allocate_lock
    threading._allocate_lock = Watched
    event = threading.Event()
    threading._allocate_lock = before
    count = len(Watched.log)
    return event.wait(0), len(Watched.log) > count, type(event), type(threading.Event())


@shows()
def deleted():
    del threading._allocate_lock
    cond = threading.Condition()
    try:
        with cond:
            return cond.wait(0)
    except NameError as error:
        return str(error)


@shows()
def lock_that_raises():
    class Raising:
        def __init__(self): raise MemoryError("no lock")
    threading._allocate_lock = Raising
    cond = threading.Condition()
    with cond:
        return told(cond.wait, 0), cond._is_owned(), len(cond._waiters)


@shows()
def condition_class_replaced():
    class Mine(threading.Condition):
        pass
    threading.Condition = Mine
    return type(threading.Event()._cond).__name__, type(threading.Semaphore()._cond).__name__, \
        type(threading.Barrier(1)._cond).__name__, type(queue.Queue().not_empty).__name__


@shows()
def condition_class_used():
    log = []
    class Mine(threading.Condition):
        def wait(self, timeout=None):
            log.append(("wait", timeout))
            return super().wait(timeout)
        def notify_all(self):
            log.append("notify_all")
            super().notify_all()
    threading.Condition = Mine
    event = threading.Event()
    return event.wait(0), event.set(), log


@shows()
def python_rlock():
    threading._CRLock = None
    lock = threading.RLock()
    cond = threading.Condition(lock)
    with cond, cond:
        waited = cond.wait(0.001)
    return type(lock).__name__, waited, told(cond.notify), repr(lock).split(" at ")[0]


@shows()
def rlock_of_python():
    lock = threading._PyRLock()
    cond = threading.Condition(lock)
    def wait():
        with cond:
            return cond.wait()
    thread = asleep(wait)
    with cond:
        cond.notify()
    return thread.result(), told(lock.release), lock._recursion_count()


@shows(over=["Event", "Semaphore", "Condition", "Lock"])
def class_replaced_in_the_module(name):
    class Mine:
        pass
    setattr(threading, name, Mine)
    return told(lambda: type(threading.Thread(target=int)._started).__name__), \
        told(lambda: type(threading.Barrier(2)).__name__)


@shows()
def time_replaced():
    ticks = iter(range(100))
    threading._time = lambda: next(ticks)
    cond = threading.Condition()
    with cond:
        return told(cond.wait_for, lambda: 0, 2), next(ticks)


@shows()
def time_replaced_for_a_semaphore():
    ticks = iter(range(0, 1000, 10))
    threading._time = lambda: next(ticks)
    return threading.Semaphore(0).acquire(timeout=0.001), next(ticks)
