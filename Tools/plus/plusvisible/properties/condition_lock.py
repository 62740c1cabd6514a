# Copyright PythonPlus contributors.
"""A Condition and its lock: of which kind it may be, and who calls it."""
import threading

from plusvisible.helpers import Runs, notify, still, told, waiter
from plusvisible.table import shows

Condition = threading.Condition


@shows()
def attributes_of_a_plain_lock():
    cond = Condition(threading.Lock())
    return [(name, type(getattr(cond, name)).__name__) for name in
            ("_lock", "_waiters", "acquire", "release", "_release_save", "_acquire_restore",
             "_is_owned")]


@shows()
def acquire_is_the_locks():
    cond = Condition()
    return cond.acquire == cond._lock.acquire, cond.acquire.__self__ is cond._lock, \
        cond.release.__self__ is cond._lock, cond.acquire.__name__, "acquire" in vars(cond)


@shows("class-attributes")
def acquire_of_the_class():
    return hasattr(Condition, "acquire"), hasattr(Condition, "release")


@shows()
def lock_of_its_own():
    lock = threading.Lock()
    return Condition(lock)._lock is lock, type(Condition()._lock), type(Condition(None)._lock)


@shows()
def lock_replaced():
    cond = Condition()
    cond._lock = threading.Lock()
    return cond.acquire.__self__ is cond._lock, told(cond.__enter__), cond._lock.locked(), \
        repr(cond), told(cond.notify)


@shows()
def protocol():
    cond = Condition()
    with cond, cond:
        state = cond._release_save()
        owned = cond._is_owned()
        cond._acquire_restore(state)
        return type(state), state[0], owned, cond._is_owned()


@shows()
def protocol_of_a_plain_lock():
    cond = Condition(threading.Lock())
    cond.acquire()
    return cond._release_save(), cond._lock.locked(), cond._acquire_restore(None), \
        cond._is_owned()


class Minimal:
    """As little of a lock as a condition needs."""
    def __init__(self):
        self.inner, self.log = threading.Lock(), []

    def acquire(self, *args):
        self.log.append(("acquire",) + args)
        return self.inner.acquire(*args)

    def release(self):
        self.log.append("release")
        self.inner.release()

    def __enter__(self):
        self.log.append("enter")
        return self.inner.__enter__()

    def __exit__(self, *args):
        self.log.append("exit")
        return self.inner.__exit__(*args)


@shows()
def foreign_lock():
    lock = Minimal()
    cond = Condition(lock)
    with cond as entered:
        cond.notify()
        waited = cond.wait(0)
    return entered, waited, lock.log


@shows()
def foreign_lock_notified():
    lock = Minimal()
    cond = Condition(lock)
    thread = waiter(cond)
    notify(cond)
    return thread.result(), lock.log


@shows()
def foreign_lock_with_its_own_protocol():
    class Full(Minimal):
        def _is_owned(self): return True
        def _release_save(self): return self.log.append("save") or self.inner.release()
        def _acquire_restore(self, state): self.log.append(state), self.inner.acquire()
    lock = Full()
    cond = Condition(lock)
    with cond:
        cond.notify_all()
        waited = cond.wait(0)
    return waited, lock.log, cond._is_owned()


@shows()
def foreign_lock_without_release():
    class Half:
        def acquire(self): return True
    return told(Condition, Half())


@shows()
def foreign_lock_that_cannot_be_entered():
    class Half:
        def acquire(self, blocking=True): return True
        def release(self): pass
    cond = Condition(Half())
    return told(cond.__enter__), told(cond.acquire), told(cond.notify), told(cond.release)


@shows()
def release_raises_in_wait():
    class Raising(Minimal):
        def release(self): raise ValueError("not now")
        def _is_owned(self): return True
    cond = Condition(Raising())
    return told(cond.wait), len(cond._waiters)


@shows(over=["Condition", "Semaphore", "BoundedSemaphore", "RLock", "Lock"])
def made_of(name):
    cond = Condition(getattr(threading, name)())
    with cond:
        return told(cond.notify), told(cond.wait, 0), told(cond.wait, 0.001)


@shows()
def lock_shared_by_two():
    lock = threading.RLock()
    first, second = Condition(lock), Condition(lock)
    threads = waiter(first), waiter(second)
    notify(second)
    return threads[1].result(), still(threads[0])


@shows()
def lock_used_beside():
    cond = Condition()
    with cond._lock:
        return told(cond.notify), cond._is_owned(), \
            Runs(cond.acquire, False).result()


@shows()
def owned_plain_lock_of_another_thread():
    """A plain lock does not know its owner."""
    cond = Condition(threading.Lock())
    cond.acquire()
    return Runs(cond._is_owned).result(), Runs(cond.notify).result(), \
        Runs(cond.release).result(), cond._lock.locked()


@shows()
def initialized_during_a_wait():
    """Code that a look-up runs changes the condition that waits."""
    class Lock:
        def acquire(self, *args): return True
        def release(self): pass
        def _is_owned(self): return True

    class Changing(Condition):
        on = False
        def __getattribute__(self, name):
            if name == "_acquire_restore" and Changing.on:
                Changing.on = False
                Condition.__init__(self, threading.RLock())
                self.acquire()
            return super().__getattribute__(name)
    cond = Changing(Lock())
    Changing.on = True
    return told(cond.wait, 0.01)


@shows()
def lock_replaced_during_a_wait():
    cond = Condition()
    before = cond._lock
    thread = waiter(cond)
    cond._lock = threading.Lock()
    with cond:
        told_of_it = told(cond.notify)
    return told_of_it, before._is_owned(), still(thread)
