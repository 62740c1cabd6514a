"""Locks made of threading.atomic: what threading and queue have, in Python.

They have the interfaces of threading.Lock, RLock, Semaphore, BoundedSemaphore,
Condition, Event and Barrier and of queue.Queue, LifoQueue and PriorityQueue.  Below
them are the atomic flag and a parker, which is what a thread sleeps on; set_backend()
puts another kind of parker there, for tasklets or greenlets.  threading's own locks are
faster.  The plan is that of stacklesslib.locks: who is woken takes its own chance.

Words
  unit       what a thread takes: the one of a lock, one of a semaphore
  free       the number of units that nobody has
  waiter     one thread in one wait; it has a parker
  line       the waiters that sleep for the same thing, in the order in which they came
  coming     the number of waiters that were woken for a unit and have not arrived

States of a waiter
  AWAY       in no line; its thread runs
  QUEUED     in its line; its thread sleeps, or goes to sleep, or has been woken by
             the clock or by an exception and does not know more yet
  WOKEN      taken off the line by another thread, for a unit or by a notification
  SERVED     has its unit; whoever wakes a waiter may take the unit for it

Who may touch what
  Lines, states, free and coming are changed in atomic blocks only.  No block waits for
  anything with these half changed, so nobody sees them so: no other thread, no signal
  handler, no fork.  (A condition gets its lock back in a block, but has nothing half
  done then.  Where code of others is called that may wait, as a queue calls its
  _put(), a lock is held.)  A trace function that waits for something breaks this: do
  not single-step through this module while other threads use it.

No wake-up is lost
  Units       At the end of each block: coming >= free, or the line is empty.  Who
              adds to free or takes from coming calls _wake(), which sees to it.
  Sleeper     in one block: looks whether there is a unit, and queues if not; then
              parks.
  Waker       in one block: changes what the sleeper looks at, takes the first waiter
              off the line, unparks it.  A parker remembers that, so it does not matter
              whether the sleeper has parked already.

Time-out or wake-up
  A thread whose time is over takes itself off the line in an atomic block (leave()).
  If another has taken it off before, it has been woken, however late it is.

Exceptions
  A signal handler or an asynchronous exception may end a sleep, or come when a block
  ends.  Then _abandon() takes the waiter off its line, or gives back its unit, or
  passes the wake-up on.  So acquire() that raises has not acquired, also in a "with"
  statement; wait() of a condition that raises has its lock (one of this module), and a
  notification goes to the next in line.  What comes as release() begins finds the lock
  held, as with any lock whose release() is Python code.

Fairness
  A unit that is given back is free, and a running thread may take it before the one
  that was woken for it (barging), which then waits again at the head of the line.
  After MAX_LOSSES of that it is handed its unit.
"""

import os
from _thread import TIMEOUT_MAX, allocate_lock, get_ident
from queue import Empty, Full, ShutDown
from threading import BrokenBarrierError
from time import monotonic
import queue
import warnings

try:
    from threading import atomic
except ImportError:
    raise ImportError("atomiclocks needs threading.atomic, which only PythonPlus has",
                      name="atomiclocks") from None

__all__ = ["Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition", "Event",
           "Barrier", "BrokenBarrierError", "Queue", "LifoQueue", "PriorityQueue",
           "Empty", "Full", "ShutDown", "Parker", "set_backend"]

AWAY, QUEUED, WOKEN, SERVED = "away", "queued", "woken", "served"

# So often a waiter may be woken for a unit that another then takes.  More gives more
# throughput to threads that do not sleep, and makes the others wait longer.
MAX_LOSSES = 2


# --- what a thread sleeps on ---

class Parker:
    """What a thread sleeps on in one wait.  This is all that a backend has to have.

    A lock that is held: it sleeps without the GIL, for a time if need be, signals
    interrupt it, and its release never waits.  One for each wait, because a wake-up
    that comes after a time-out then meets nobody else.
    """

    __slots__ = ("_lock",)

    def __init__(self):
        """Called by who is about to wait."""
        self._lock = allocate_lock()
        self._lock.acquire()

    def park(self, timeout=None):
        """Sleep until unpark() is called or was called since the last sleep.

        For at most so many seconds, None: for ever.  It may end too early, or with an
        exception.  Called by who made the parker; in an atomic block only where a
        condition gets its lock back.  A backend that runs other tasks in the same
        thread meanwhile lets them have an atomic state of their own (set_atomic(), or
        PyThread_SwapAtomicState() in C).
        """
        self._lock.acquire(True, -1 if timeout is None else min(timeout, TIMEOUT_MAX))

    def unpark(self):
        """Wake the sleeper.

        Called in an atomic block, by any thread, at any time: before the sleep, or
        when it has ended by itself.  Must not wait for anything, nor raise.
        """
        if self._lock.locked():
            self._lock.release()


_new_parker, _current = Parker, get_ident


def set_backend(parker=Parker, current=get_ident):
    """Set what waits are made of.  Returns the (parker, current) that were in use.

    parker: called without arguments for each wait, in the thread that is about to
    sleep; returns an object with the methods of Parker.  It may choose: tasklets of a
    scheduler and threads can wait in the same line.  current: returns what identifies
    the caller, as owner of an RLock.  Change it while no RLock is held.
    """
    global _new_parker, _current
    before = _new_parker, _current
    _new_parker, _current = parker, current
    return before


# --- waiters ---

_asleep = set()         # the waiters that have joined a line and have not left


class _Waiter:
    """One thread in one wait.  All but sleep() is called in atomic blocks."""

    __slots__ = ("owner", "parker", "state", "line", "losses", "thread")

    def __init__(self, owner):
        """owner: what is waited for; owner._abandon(waiter) ends the wait."""
        self.owner = owner
        self.parker = _new_parker()
        self.state = AWAY
        self.losses = 0
        self.thread = get_ident()

    def join(self, line):
        """Queue in the line: at its end, or, after a loss, at its head."""
        line.insert(0 if self.losses else len(line), self)
        self.line = line
        self.state = QUEUED
        _asleep.add(self)

    def wake(self, state=WOKEN):
        """The waiter has been taken off its line."""
        self.state = state
        self.parker.unpark()

    def sleep(self, deadline):
        """Sleep until woken, or until monotonic() is deadline (None: no end)."""
        while self.state is QUEUED:     # not precise yet: leave() tells
            if deadline is None:
                self.parker.park()
                continue
            left = deadline - monotonic()
            if left <= 0:
                break
            self.parker.park(left)

    def leave(self):
        """Come back from a sleep.  Returns the state: AWAY, or what a waker made it."""
        if self.state is QUEUED:
            self.line.remove(self)
            self.state = AWAY
        _asleep.discard(self)
        return self.state


def _deadline(timeout):
    return None if timeout is None else monotonic() + timeout


def _after_fork():
    """The other threads have not come along: their waits have ended."""
    me = get_ident()
    with atomic:
        for waiter in list(_asleep):
            if waiter.thread != me:
                waiter.owner._abandon(waiter)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


# --- locks and semaphores ---

class _Units:
    """Units that threads take and give back, and those who wait for one."""

    def __init__(self, free=1):
        self._free = free
        self._coming = 0
        self._line = []

    def _take(self, timeout=None):
        """Take a unit, sleeping for at most so many seconds.  Returns whether it did."""
        taken = False
        try:
            with atomic:
                if self._free:
                    self._free -= 1
                    taken = True
                    return True
        except BaseException:
            if taken:
                with atomic:
                    self._give()
            raise
        if timeout is not None and timeout <= 0:
            return False
        return self._take_slowly(timeout)

    def _take_slowly(self, timeout):
        deadline = _deadline(timeout)
        waiter = _Waiter(self)
        try:
            while True:
                with atomic:
                    if self._serve(waiter):
                        return True
                    if deadline is not None and deadline <= monotonic():
                        return False
                    waiter.join(self._line)
                waiter.sleep(deadline)
        except BaseException:
            with atomic:
                self._abandon(waiter)
            raise

    def _take_anyhow(self):
        """Take a unit, whatever happens meanwhile.  Returns the last exception or None.

        Called in an atomic block, so that exceptions come out of the sleep alone.  (At
        the jump back, or as a function begins, nothing could catch them.)
        """
        late = None
        while True:
            try:
                self._take()
                return late
            except BaseException as exc:
                late = exc

    def _serve(self, waiter):
        """A waiter arrives, or is new: let it have a unit if there is one."""
        state = waiter.leave()
        if state is SERVED:
            return True
        if state is WOKEN:
            self._coming -= 1
        if self._free:
            self._free -= 1
            waiter.state = SERVED
            return True
        if state is WOKEN:
            waiter.losses += 1
        waiter.state = AWAY
        return False

    def _abandon(self, waiter):
        """The waiter will not arrive."""
        state = waiter.leave()
        waiter.state = AWAY
        if state is WOKEN:
            self._coming -= 1
            self._wake()
        elif state is SERVED:
            self._give()

    def _give(self, n=1):
        """Give units back.  Called in an atomic block."""
        self._free += n
        if self._line:
            self._wake()

    def _wake(self):
        """Wake a waiter for each free unit that none is coming for."""
        while self._coming < self._free and self._line:
            waiter = self._line.pop(0)
            if waiter.losses < MAX_LOSSES:
                self._coming += 1
                waiter.wake()
            else:
                self._free -= 1
                waiter.wake(SERVED)


def _seconds(blocking, timeout):
    """Return the timeout of _take() for these arguments of a lock's acquire()."""
    if not blocking:
        if timeout != -1:
            raise ValueError("can't specify a timeout for a non-blocking call")
        return 0
    if timeout == -1:
        return None
    if timeout < 0:
        raise ValueError("timeout value must be a non-negative number")
    if timeout > TIMEOUT_MAX:
        raise OverflowError("timeout value is too large")
    return timeout


class Lock(_Units):
    """A lock, as threading.Lock: any thread may release it."""

    def __init__(self):
        super().__init__()

    def __repr__(self):
        return "<{} {}.{} object at {:#x}>".format(
            "locked" if self.locked() else "unlocked", type(self).__module__,
            type(self).__qualname__, id(self))

    def acquire(self, blocking=True, timeout=-1):
        """Acquire the lock, waiting for it if blocking.  Returns whether it did.

        timeout: for at most so many seconds; -1: for ever.
        """
        return self._take(_seconds(blocking, timeout))

    def release(self):
        """Release the lock.  RuntimeError if it is not locked."""
        with atomic:
            if self._free:
                raise RuntimeError("release unlocked lock")
            self._free = 1
            if self._line:
                self._wake()

    __enter__ = _Units._take

    def __exit__(self, *exc_info):
        self.release()

    def locked(self):
        """Return whether the lock is locked."""
        return not self._free

    def _at_fork_reinit(self):
        with atomic:
            self._free = 1
            self._wake()

    # For conditions.

    _is_owned = locked

    def _release_save(self):
        self.release()

    def _acquire_restore(self, saved):
        """Called in an atomic block.  The lock is acquired if this raises, too."""
        late = self._take_anyhow()
        if late is not None:
            raise late


class RLock(_Units):
    """A lock that its owner may acquire again, as threading.RLock."""

    def __init__(self):
        super().__init__()
        self._owner = None
        self._count = 0

    def __repr__(self):
        return "<{} {}.{} object owner={} count={} at {:#x}>".format(
            "unlocked" if self._free else "locked", type(self).__module__,
            type(self).__qualname__, self._owner or 0, self._count, id(self))

    def acquire(self, blocking=True, timeout=-1):
        """Acquire the lock, or, as its owner, once more.  Otherwise as Lock.acquire()."""
        return self._enter(_seconds(blocking, timeout))

    def _enter(self, timeout=None):
        me = _current()
        if self._owner == me:
            self._count += 1
        elif self._take(timeout):
            self._owner, self._count = me, 1
        else:
            return False
        return True

    __enter__ = _enter

    def release(self):
        """Undo one acquire().  RuntimeError if the caller is not the owner."""
        if _current() != self._owner:
            raise RuntimeError("cannot release un-acquired lock")
        if self._count > 1:
            self._count -= 1
            return
        with atomic:
            self._owner, self._count = None, 0
            self._give()

    def __exit__(self, *exc_info):
        self.release()

    def _at_fork_reinit(self):
        with atomic:
            self._owner, self._count = None, 0
            self._free = 1
            self._wake()

    def _recursion_count(self):
        return self._count if self._is_owned() else 0

    # For conditions.

    def _is_owned(self):
        return self._owner == _current()

    def _release_save(self):
        with atomic:
            if not self._count:
                raise RuntimeError("cannot release un-acquired lock")
            saved = self._owner, self._count
            self._owner, self._count = None, 0
            self._give()
        return saved

    def _acquire_restore(self, saved):
        """Called in an atomic block.  The lock is acquired if this raises, too."""
        late = self._take_anyhow()
        self._owner, self._count = saved
        if late is not None:
            raise late


class Semaphore(_Units):
    """A number of units to acquire and release, as threading.Semaphore."""

    def __init__(self, value=1):
        if value < 0:
            raise ValueError("semaphore initial value must be >= 0")
        super().__init__(value)

    def _value_text(self):
        return str(self._value)

    def __repr__(self):
        return "<{}.{} at {:#x}: value={}>".format(
            type(self).__module__, type(self).__qualname__, id(self), self._value_text())

    @property
    def _value(self):
        return self._free

    def acquire(self, blocking=True, timeout=None):
        """Take a unit, waiting for it if blocking.  Returns whether it did.

        timeout: for at most so many seconds; None: for ever.
        """
        if blocking:
            return self._take(timeout)
        if timeout is not None:
            raise ValueError("can't specify timeout for non-blocking acquire")
        return self._take(0)

    __enter__ = _Units._take

    def release(self, n=1):
        """Give n units back, or add them."""
        if n < 1:
            raise ValueError("n must be one or more")
        with atomic:
            self._give(n)

    def __exit__(self, *exc_info):
        self.release()


class BoundedSemaphore(Semaphore):
    """A semaphore that never has more units than at first."""

    def __init__(self, value=1):
        super().__init__(value)
        self._initial_value = value

    def _value_text(self):
        return f"{self._value}/{self._initial_value}"

    def release(self, n=1):
        """Give n units back.  ValueError if there would be more than at first."""
        if n < 1:
            raise ValueError("n must be one or more")
        with atomic:
            if self._free + n > self._initial_value:
                raise ValueError("Semaphore released too many times")
            self._give(n)


# --- conditions and events ---

def _wake_first(line, n):
    """Wake the first n of a line, or as many as there are.  In an atomic block."""
    for _ in range(min(n, len(line))):
        line.pop(0).wake()


class Condition:
    """A condition, as threading.Condition.

    lock: one of this module, or any with acquire() and release(); a new RLock if None.
    """

    def __init__(self, lock=None):
        self._lock = RLock() if lock is None else lock
        self._waiters = []
        for name in ("acquire", "release", "_is_owned", "_release_save",
                     "_acquire_restore"):
            if hasattr(self._lock, name):
                setattr(self, name, getattr(self._lock, name))

    def __repr__(self):
        return f"<Condition({self._lock}, {len(self._waiters)})>"

    def __enter__(self):
        return self._lock.__enter__()

    def __exit__(self, *exc_info):
        return self._lock.__exit__(*exc_info)

    # For locks that have only acquire() and release().

    def _is_owned(self):
        if not self._lock.acquire(False):
            return True
        self._lock.release()
        return False

    def _release_save(self):
        self._lock.release()

    def _acquire_restore(self, saved):
        self._lock.acquire()

    def _at_fork_reinit(self):
        self._lock._at_fork_reinit()

    def wait(self, timeout=None):
        """Release the lock, sleep until notified, acquire the lock again.

        timeout: sleep for at most so many seconds; None: for ever.  Returns whether it
        was notified.  RuntimeError if the lock is not held.
        """
        if not self._is_owned():
            raise RuntimeError("cannot wait on un-acquired lock")
        deadline = _deadline(timeout)
        waiter = _Waiter(self)
        released = False
        try:
            try:
                with atomic:
                    waiter.join(self._waiters)
                    saved = self._release_save()
                    released = True
                waiter.sleep(deadline)
            finally:
                with atomic:
                    if released:
                        self._acquire_restore(saved)
                    notified = waiter.leave() is WOKEN
        except BaseException:
            with atomic:
                self._abandon(waiter)
            raise
        return notified

    def wait_for(self, predicate, timeout=None):
        """Wait until predicate() is true, at most so many seconds; None: for ever.

        Returns what predicate() returned last.
        """
        deadline = _deadline(timeout)
        while not (result := predicate()):
            left = None if deadline is None else deadline - monotonic()
            if left is not None and left <= 0:
                break
            self.wait(left)
        return result

    def notify(self, n=1):
        """Wake the n threads that have waited longest, or as many as wait.

        RuntimeError if the lock is not held.
        """
        if not self._is_owned():
            raise RuntimeError("cannot notify on un-acquired lock")
        if self._waiters:           # who joins now has had the lock after the caller
            with atomic:
                _wake_first(self._waiters, n)

    def notify_all(self):
        """Wake all threads that wait.  RuntimeError if the lock is not held."""
        self.notify(len(self._waiters))

    def notifyAll(self):
        """Deprecated name of notify_all()."""
        warnings.warn("notifyAll() is deprecated, use notify_all() instead",
                      DeprecationWarning, stacklevel=2)
        self.notify_all()

    def _abandon(self, waiter):
        if waiter.leave() is WOKEN:
            _wake_first(self._waiters, 1)


class Event:
    """A flag to wait for, as threading.Event."""

    def __init__(self):
        self._flag = False
        self._waiters = []
        self._condition = None

    def __repr__(self):
        return "<{}.{} at {:#x}: {}>".format(
            type(self).__module__, type(self).__qualname__, id(self),
            "set" if self._flag else "unset")

    @property
    def _cond(self):
        """For programs that look for it: who waits for it waits for the event."""
        with atomic:
            if self._condition is None:
                self._condition = Condition(Lock())
                self._condition._waiters = self._waiters
        return self._condition

    def _at_fork_reinit(self):
        if self._condition is not None:
            self._condition._at_fork_reinit()

    def is_set(self):
        """Return whether the flag is set."""
        return self._flag

    def isSet(self):
        """Deprecated name of is_set()."""
        warnings.warn("isSet() is deprecated, use is_set() instead",
                      DeprecationWarning, stacklevel=2)
        return self.is_set()

    def set(self):
        """Set the flag, and wake all threads that wait for it."""
        with atomic:
            self._flag = True
            if self._waiters:
                _wake_first(self._waiters, len(self._waiters))

    def clear(self):
        """Unset the flag."""
        self._flag = False

    def wait(self, timeout=None):
        """Wait until the flag is set, at most so many seconds; None: for ever.

        Returns whether it is set or was meanwhile.
        """
        if self._flag:
            return True
        deadline = _deadline(timeout)
        waiter = _Waiter(self)
        try:
            with atomic:
                if self._flag:
                    return True
                waiter.join(self._waiters)
            waiter.sleep(deadline)
            with atomic:
                return waiter.leave() is WOKEN
        except BaseException:
            with atomic:
                self._abandon(waiter)
            raise

    def _abandon(self, waiter):
        waiter.leave()


# --- barrier ---

class _Turn:
    """One filling of a barrier.

    arrived: number of threads that have come and not given up.  passed: None until it
    is over; then whether they may pass.
    """

    def __init__(self):
        self.arrived = 0
        self.passed = None
        self.over = Event()

    def end(self, passed):
        with atomic:
            if self.passed is None:
                self.passed = passed
                self.over.set()


class Barrier:
    """A barrier for a number of threads, as threading.Barrier.

    action: called by the last thread to come, before all pass.  timeout: the default
    for wait().  Who comes while the action runs belongs to the next turn.
    """

    def __init__(self, parties, action=None, timeout=None):
        if parties < 1:
            raise ValueError("parties must be >= 1")
        self._parties, self._action, self._timeout = parties, action, timeout
        self._acting = Lock()
        self._broken = False
        self._turn = _Turn()

    def __repr__(self):
        state = "broken" if self.broken else f"waiters={self.n_waiting}/{self.parties}"
        return "<{}.{} at {:#x}: {}>".format(
            type(self).__module__, type(self).__qualname__, id(self), state)

    def wait(self, timeout=None):
        """Wait until all parties have come, at most so many seconds.

        Returns how many had come before.  BrokenBarrierError if the time is over for
        one of them, the barrier is reset or aborted, or its action fails.
        """
        if timeout is None:
            timeout = self._timeout
        turn, last = None, False
        try:
            with atomic:
                if self._broken:
                    raise BrokenBarrierError
                turn = self._turn
                index = turn.arrived
                turn.arrived += 1
                last = turn.arrived == self._parties
                if last:
                    self._turn = _Turn()
            if last:
                self._act()
                turn.end(True)
            elif not turn.over.wait(timeout):
                self._break(turn)
        except BaseException:
            with atomic:
                if last:
                    self._break(turn)
                elif turn is self._turn:
                    turn.arrived -= 1
            raise
        if not turn.passed:
            raise BrokenBarrierError
        return index

    def _act(self):
        if self._action is not None:
            with self._acting:
                self._action()

    def _break(self, turn):
        with atomic:
            if turn.passed is None:
                turn.end(False)
                self.abort()

    def reset(self):
        """Make the barrier as new.  Who waits gets a BrokenBarrierError."""
        with atomic:
            self._turn.end(False)
            self._turn = _Turn()
            self._broken = False

    def abort(self):
        """Break the barrier: who waits, or will, gets a BrokenBarrierError."""
        with atomic:
            self._broken = True
            self._turn.end(False)

    @property
    def parties(self):
        """The number of threads that the barrier waits for."""
        return self._parties

    @property
    def n_waiting(self):
        """The number of threads that wait now."""
        return 0 if self._broken else self._turn.arrived

    @property
    def broken(self):
        """Whether the barrier is broken."""
        return self._broken


# --- queues ---

class Queue(queue.Queue):
    """A queue, as queue.Queue, on the locks of this module.

    What needs no wait is done in one atomic block, with the mutex taken for it: _put(),
    _get() and comparisons of items are not ours, and may wait for something.
    """

    def __init__(self, maxsize=0):
        super().__init__(maxsize)
        self.mutex = Lock()
        self.not_empty = Condition(self.mutex)
        self.not_full = Condition(self.mutex)
        self.all_tasks_done = Condition(self.mutex)

    def put(self, item, block=True, timeout=None):
        """Put an item into the queue, as queue.Queue.put()."""
        mutex = self.mutex
        with atomic:
            if mutex._free and not self.is_shutdown and (timeout is None or timeout >= 0):
                mutex._free = 0
                try:
                    if self.maxsize <= 0 or self._qsize() < self.maxsize:
                        self._put(item)
                        self.unfinished_tasks += 1
                        _wake_first(self.not_empty._waiters, 1)
                        return
                finally:
                    mutex._give()
        super().put(item, block, timeout)

    def get(self, block=True, timeout=None):
        """Remove and return an item from the queue, as queue.Queue.get()."""
        mutex = self.mutex
        with atomic:
            if mutex._free and (timeout is None or timeout >= 0):
                mutex._free = 0
                try:
                    if self._qsize():
                        item = self._get()
                        _wake_first(self.not_full._waiters, 1)
                        return item
                finally:
                    mutex._give()
        return super().get(block, timeout)


class LifoQueue(Queue, queue.LifoQueue):
    """As queue.LifoQueue: what was put last is got first."""


class PriorityQueue(Queue, queue.PriorityQueue):
    """As queue.PriorityQueue: the smallest is got first."""
