# Copyright PythonPlus contributors.
"""What the actors use: one of each kind, new for each trial."""
import queue
import threading

from .model.queues import MOST
from .operations import CONDITIONS, OTHER


class Bare:
    """A lock written in Python, with what every lock must have."""

    def __init__(self):
        self.lock = threading.Lock()

    def acquire(self, blocking=True, timeout=-1):
        return self.lock.acquire(blocking, timeout)

    def release(self):
        self.lock.release()


class Full(Bare):
    """The same with all that conditions look for. Anybody may release it."""

    owner = None

    def acquire(self, blocking=True, timeout=-1):
        got = super().acquire(blocking, timeout)
        if got:
            self.owner = threading.get_ident()
        return got

    def release(self):
        self.owner = None
        super().release()

    def _release_save(self):
        self.release()
        return "saved"

    def _acquire_restore(self, saved):
        self.acquire()
        if saved != "saved":
            raise ValueError(f"_acquire_restore({saved!r})")

    def _is_owned(self):
        return self.owner == threading.get_ident()


class OwnCondition(threading.Condition):
    def __init__(self, lock):
        super().__init__(lock)
        self.calls = []

    def notify(self, n=1):
        self.calls.append("notify")
        super().notify(n)

    def _is_owned(self):
        self.calls.append("_is_owned")
        return super()._is_owned()


class OwnEvent(threading.Event):
    def __init__(self):
        super().__init__()
        self.calls = []

    def set(self):
        self.calls.append("set")
        super().set()


class OwnSemaphore(threading.Semaphore):
    def __init__(self, value=1):
        super().__init__(value)
        self.calls = []

    def release(self, n=1):
        self.calls.append("release")
        super().release(n)


class Things:
    def __init__(self):
        self.locks = {"lock0": threading.Lock(), "lock1": threading.Lock(),
                      "rlock": threading.RLock(), "lock2": threading.Lock(),
                      "bare": Bare(), "full": Full()}
        classes = {"own_cond": OwnCondition}
        self.conditions = {name: classes.get(name, threading.Condition)(self.locks[lock])
                           for name, lock in CONDITIONS.items()}
        self.events = {"event": threading.Event(), "own_event": OwnEvent()}
        self.semaphores = {"semaphore": threading.Semaphore(1),
                           "own_semaphore": OwnSemaphore(1)}
        self.native = {name: getattr(lock, "lock", lock) for name, lock in self.locks.items()}
        self.simple = queue.SimpleQueue()
        self.queue = queue.Queue(MOST)

    def inside(self, name):
        """The condition in the event or semaphore: programs look for it."""
        return (self.events.get(name) or self.semaphores[name])._cond

    def waiters(self, name):
        """How many wait, as programs find out."""
        if name in self.conditions:
            return len(self.conditions[name]._waiters)
        if name in ("not_empty", "not_full"):
            return len(getattr(self.queue, name)._waiters)
        return len(self.inside(name)._waiters)

    def queue_name(self, address):
        """The lock to which the wait queue at this address belongs. OTHER: of conditions,
        events, semaphores and queues, and the locks that CPython's code makes for waits."""
        if address is None:
            return None
        for name, lock in self.native.items():
            if id(lock) <= address < id(lock) + lock.__sizeof__():
                return name
        return OTHER

    def seen(self):
        """As the latter part of State.seen(), by means that change nothing inside."""
        own = (self.conditions["own_cond"], self.events["own_event"],
               self.semaphores["own_semaphore"])
        return (tuple(map(count_of_waiters, self.conditions.values())),
                tuple(is_locked(self.native[name]) for name in self.locks),
                tuple(semaphore._value for semaphore in self.semaphores.values()),
                tuple(event.is_set() for event in self.events.values()),
                (self.simple.qsize(), len(self.queue.queue)),
                tuple(len(thing.calls) for thing in own))


def count_of_waiters(condition):
    """<Condition(lock, number)>"""
    return int(repr(condition).rpartition(",")[2].strip(" )>"))


def is_locked(lock):
    """RLocks do not tell before Python 3.14, but in their repr."""
    return lock.locked() if hasattr(lock, "locked") else repr(lock).startswith("<locked")
