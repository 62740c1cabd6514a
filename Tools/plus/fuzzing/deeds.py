# Copyright PythonPlus contributors.
"""The operations, as an actor does them. What a method returns goes to the actor's log."""
import _thread
import os
import queue
import threading
import time

from .child import look_at_child
from .model.locks import mutex_of
from .operations import SEMAPHORES

TIMED_S = 0.001             # a timed wait
HANDED_S = 0.002            # who has waited for as long is handed a lock


class Raised(Exception):
    """By the signal handler."""


def timed(wait, how, failed=False):
    if how == "block":
        return wait(True)
    if how == "poll":
        return wait(False)
    begin = time.monotonic()
    result = wait(True, TIMED_S)
    if result is failed and time.monotonic() - begin < TIMED_S:
        return "early"
    return result


def or_name(function, *exceptions):
    """The same function, which returns the name of the exception instead."""
    def call(*args):
        try:
            return function(*args)
        except exceptions as exc:
            return type(exc).__name__
    return call


class Deeds:
    """Of an actor, which has a stage and a number."""

    def do(self, name, *args):
        return or_name(getattr(self, name), RuntimeError, Raised)(*args)

    # --- locks and conditions ---

    def acquire(self, lock, how):
        return timed(self.stage.locks[lock].acquire, how)

    def release(self, lock):
        self.stage.locks[lock].release()

    def wait(self, cond, how):
        wait = self.stage.conditions[cond].wait
        return timed(lambda block, timeout=None: wait(timeout), how)

    def notify(self, cond, n):
        self.stage.conditions[cond].notify(n)

    def notify_all(self, cond):
        self.stage.conditions[cond].notify_all()

    # --- events and semaphores ---

    def event_wait(self, event, how):
        wait = self.stage.events[event].wait
        return timed(lambda block, timeout=None: wait(timeout if block else 0), how)

    def event_set(self, event):
        self.stage.events[event].set()

    def event_clear(self, event):
        self.stage.events[event].clear()

    def down(self, semaphore, how):
        return timed(self.stage.semaphores[semaphore].acquire, how)

    def up(self, semaphore, n):
        self.stage.semaphores[semaphore].release(n)

    def leave(self, semaphore):
        self.stage.semaphores[semaphore].__exit__(None, None, None)

    # --- queues ---

    def get(self, how):
        return timed(or_name(self.stage.simple.get, queue.Empty), how, failed="Empty")

    def put(self):
        self.stage.simple.put("item")

    def qput(self, how):
        put = or_name(self.stage.queue.put, queue.Full)
        return timed(lambda *args: put("item", *args), how, failed="Full")

    def qget(self, how):
        return timed(or_name(self.stage.queue.get, queue.Empty), how, failed="Empty")

    # --- looking inside ---

    def look(self, name):
        return self.stage.waiters(name)

    def up_and_look(self, semaphore):
        """Whoever is woken has not come when somebody looks."""
        atomic = _thread.set_atomic(True)
        try:
            self.stage.semaphores[semaphore].release(2)
            return self.stage.waiters(semaphore)
        finally:
            _thread.set_atomic(atomic)

    def notify_in(self, name, n):
        with self.stage.inside(name):
            self.stage.inside(name).notify(n)

    def set_in(self, event):
        with self.stage.inside(event):
            self.stage.events[event]._flag = True
            self.stage.inside(event).notify_all()

    def give_in(self, semaphore):
        with self.stage.inside(semaphore):
            self.stage.semaphores[semaphore]._value += 1
            self.stage.inside(semaphore).notify()

    def take_in(self, semaphore):
        with self.stage.inside(semaphore):
            if self.stage.semaphores[semaphore]._value == 0:
                return False
            self.stage.semaphores[semaphore]._value -= 1
            return True

    def hold(self, name):
        cond = self.stage.inside(name)
        self.stage.native[mutex_of(name)] = cond._lock
        return cond.acquire()

    def let_go(self, name):
        self.stage.inside(name).release()

    # --- atomic blocks and forks ---

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
        return self.fork_after(lambda: None, self.stage.state)

    def fork_after_release(self, name):
        """Whoever is woken, or is handed the lock, has not come when the process forks."""
        time.sleep(HANDED_S)
        state = self.stage.state.copy()
        state.release_before_fork(self.number, name)
        things = self.stage.semaphores if name in SEMAPHORES else self.stage.locks
        return self.fork_after(things[name].release, state)

    def fork_after(self, release, state):
        """Nobody else runs in between."""
        reading, writing = os.pipe()
        atomic = _thread.set_atomic(True)
        try:
            release()
            child = os.fork()
        except RuntimeError:
            os.close(reading)
            os.close(writing)
            raise
        finally:
            _thread.set_atomic(atomic)
        if child == 0:
            answer = b"exception"
            try:
                answer = look_at_child(self.stage, state, self.number).encode()
            finally:
                os.write(writing, answer)
                os._exit(0)
        os.close(writing)
        with open(reading) as pipe:
            answer = pipe.read()
        os.waitpid(child, 0)
        return answer
