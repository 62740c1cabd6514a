# Copyright PythonPlus contributors.
"""The threads that do what a trial tells them, and what they do it with.

An actor that is idle reads from a pipe, so whoever sleeps in a wait queue is in the midst
of an operation. Actor 0 is the main thread.
"""
import _thread
import os
import queue
import signal
import threading
import time

from .operations import ACTORS, CONDITIONS, HELPER, LOCKS

TIMED_S = 0.001             # a timed wait
SIGNAL = signal.SIGRTMIN    # libFuzzer has uses for others
OPERATION = b"o"            # in an actor's pipe: look what to do


class Raised(Exception):
    """By the signal handler."""


class Things:
    """One of each kind, new for each trial."""

    def __init__(self):
        self.locks = {"lock0": threading.Lock(), "lock1": threading.Lock(),
                      "rlock": threading.RLock()}
        self.conditions = {name: threading.Condition(self.locks[lock])
                           for name, lock in CONDITIONS.items()}
        self.event = threading.Event()
        self.semaphore = threading.Semaphore(1)
        self.queue = queue.SimpleQueue()


class Actor:
    """A thread, or the main thread, and the log of its results."""

    def __init__(self, stage, number):
        self.stage, self.number = stage, number
        self.log = []
        self.told, self.tell = os.pipe()
        self.ident = self.thread = None

    def start(self):
        self.thread = threading.Thread(target=self.run)
        self.thread.start()

    def begin(self, operation):
        self.operation = operation
        os.write(self.tell, OPERATION)

    def close(self):
        os.close(self.told)
        os.close(self.tell)

    def run(self):
        """Until it is told to end; a signal handler may raise between operations."""
        while True:
            try:
                self.ident = threading.get_ident()      # from here on signals may come
                if not self.next():
                    return
            except Raised:
                self.log.append("Raised")

    def next(self):
        if os.read(self.told, 1) != OPERATION:
            look_for_signals()      # see trial.attempt()
            return True
        operation, self.operation = self.operation, None
        if operation is None or operation[0] == "renew":
            self.leave_blocks()
            if operation is not None:
                self.ident = None
                self.thread = threading.Thread(target=self.reborn, args=(self.thread,))
                self.thread.start()
            return False
        # The exception comes in the midst of the operation, or of the next read.
        self.log.append(self.do(*operation))
        return True

    def reborn(self, before):
        before.join()
        self.log.append(None)
        self.run()

    def leave_blocks(self):
        """The main thread goes on with other things."""
        if self.number == 0:
            _thread.set_atomic(False)
            while True:
                try:
                    threading.atomic.__exit__(None, None, None)
                except RuntimeError:
                    return
                finally:
                    _thread.set_atomic(False)

    # --- operations; what they return goes to the log ---

    def do(self, name, *args):
        try:
            return getattr(self, name)(*args)
        except RuntimeError:
            return "RuntimeError"
        except Raised:
            return "Raised"

    def timed(self, wait, how, failed=False):
        if how == "block":
            return wait(True)
        if how == "poll":
            return wait(False)
        begin = time.monotonic()
        result = wait(True, TIMED_S)
        if result is failed and time.monotonic() - begin < TIMED_S:
            return "early"
        return result

    def acquire(self, lock, how):
        return self.timed(self.stage.locks[lock].acquire, how)

    def release(self, lock):
        self.stage.locks[lock].release()

    def wait(self, cond, how):
        wait = self.stage.conditions[cond].wait
        return self.timed(lambda block, timeout=None: wait(timeout), how)

    def notify(self, cond, n):
        self.stage.conditions[cond].notify(n)

    def event_wait(self, how):
        wait = self.stage.event.wait
        return self.timed(lambda block, timeout=None: wait(timeout if block else 0), how)

    def event_set(self):
        self.stage.event.set()

    def event_clear(self):
        self.stage.event.clear()

    def down(self, how):
        return self.timed(self.stage.semaphore.acquire, how)

    def up(self, n):
        self.stage.semaphore.release(n)

    def get(self, how):
        def get(*args):
            try:
                return self.stage.queue.get(*args)
            except queue.Empty:
                return "Empty"
        return self.timed(get, how, failed="Empty")

    def put(self):
        self.stage.queue.put("item")

    def atomic_enter(self):
        threading.atomic.__enter__()

    def atomic_exit(self):
        threading.atomic.__exit__(None, None, None)

    def atomic_set(self, on):
        return _thread.set_atomic(on)

    def atomic_get(self):
        return _thread.get_atomic()

    def fork(self):
        """The child looks at everything, and tells what is not as it should be."""
        reading, writing = os.pipe()
        child = os.fork()
        if child == 0:
            answer = b"exception"
            try:
                answer = look_at_child(self.stage, self.number).encode()
            finally:
                os.write(writing, answer)
                os._exit(0)
        os.close(writing)
        with open(reading) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        return answer


def look_for_signals():
    """In an atomic block only C code that looks for signals runs their handlers, and read()
    does not if the signal came just before it."""
    signal.pthread_kill(threading.get_ident(), 0)


def look_at_child(stage, actor):
    """In the child of a fork, whose only thread is that of actor."""
    state = stage.state                 # the model's, before the fork
    for name in LOCKS:
        owned = name == "rlock" and state.owner == actor
        if stage.locks[name].acquire(False) is not bool(state.queues[name].value or owned):
            return name
        if owned or state.queues[name].value:
            stage.locks[name].release()
    for name, condition in stage.conditions.items():
        if len(condition._waiters) != 0:
            return f"{name} has waiters"
    if stage.event.is_set() is not state.flag:
        return "event"
    units = state.queues["semaphore"].value
    if [stage.semaphore.acquire(False) for _ in range(units + 1)] != [True] * units + [False]:
        return "semaphore"
    if stage.queue.qsize() != len(state.items):
        return "queue"
    if _thread.get_atomic() is not state.levels[actor][-1]:
        return "atomic"
    return look_at_new_thread(stage)


def look_at_new_thread(stage):
    """Nobody waits any more, so a thread of the child is the first to be woken."""
    def wait():
        stage.semaphore.acquire()
        stage.event.wait()
        came.put(stage.queue.get())
    came = queue.SimpleQueue()
    while stage.queue.qsize():
        stage.queue.get()
    threading.Thread(target=wait).start()
    stage.semaphore.release()
    stage.event.set()
    stage.queue.put("child's")
    return "as expected" if came.get(timeout=30) == "child's" else "item"


class Stage(Things):
    """The actors and their things."""

    def __init__(self, state):
        super().__init__()
        self.state = state
        self.handled = 0
        self.kind = None
        self.actors = [Actor(self, number) for number in range(ACTORS + 1)]
        self.actors[HELPER].ident = threading.get_ident()

    def handler(self, *args):
        self.handled += 1
        if self.kind == "raise":
            raise Raised
        if self.kind == "release" and self.locks["lock1"].locked():
            self.locks["lock1"].release()
        elif self.kind == "set":
            self.event.set()
        elif self.kind == "put":
            self.queue.put("item")
        elif self.kind == "up":
            self.semaphore.release()

    def begin(self, who, what):
        if what[0] == "signal":
            self.kind = what[1]
            signal.pthread_kill(threading.main_thread().ident, SIGNAL)
        elif who == HELPER:
            helper = self.actors[HELPER]
            helper.log.append(helper.do(*what))
        else:
            self.actors[who].begin(what)

    def seen(self, sleeping):
        """As State.seen(), or None if something still moves."""
        waits = []
        for actor in self.actors:
            if actor.ident is None:
                return None
            waits.append(actor.ident in sleeping)
        return (tuple(tuple(actor.log) for actor in self.actors), tuple(waits),
                tuple(len(condition._waiters) for condition in self.conditions.values()),
                tuple(is_locked(lock) for lock in self.locks.values()),
                self.semaphore._value, self.event.is_set(), self.queue.qsize(), self.handled)


def is_locked(lock):
    """RLocks do not tell before Python 3.14, but in their repr."""
    return lock.locked() if hasattr(lock, "locked") else repr(lock).startswith("<locked")
