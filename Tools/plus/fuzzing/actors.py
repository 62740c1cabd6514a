# Copyright PythonPlus contributors.
"""The threads that do what a trial tells them.

An actor that is idle reads from a pipe, so whoever sleeps in a wait queue is in the midst
of an operation. Actor 0 is the main thread.
"""
import _thread
import os
import queue
import signal
import threading

from .deeds import Deeds, Raised, or_name
from .operations import ACTORS, CONDITIONS, HELPER, INSIDE, SIDES
from .things import Things

SIGNAL = signal.SIGRTMIN    # libFuzzer has uses for others
OPERATION = b"o"            # in an actor's pipe: look what to do


class Actor(Deeds):
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


def look_for_signals():
    """In an atomic block only C code that looks for signals runs their handlers, and read()
    does not if the signal came just before it."""
    signal.pthread_kill(threading.get_ident(), 0)


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
        try:
            if self.kind == "raise":
                raise Raised
            if self.kind != "note":
                getattr(self, "handle_" + self.kind)()
        finally:
            self.handled += 1

    def handle_release(self):
        if self.locks["lock1"].locked():
            self.locks["lock1"].release()

    def handle_set(self):
        self.events["event"].set()

    def handle_put(self):
        self.simple.put("item")

    def handle_up(self):
        self.semaphores["semaphore"].release()

    def handle_qput(self):
        or_name(self.queue.put_nowait, queue.Full)("item")

    def handle_qget(self):
        or_name(self.queue.get_nowait, queue.Empty)()

    def handle_look(self):
        for name in (*CONDITIONS, *INSIDE, *SIDES):
            self.waiters(name)

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
        """As State.seen(), or None if something still moves. sleeping: returns the threads
        that sleep, and where.

        The results are looked at first. Then, if all those without a result sleep,
        nothing moves: what is looked at later is of the same moment."""
        logs = tuple(tuple(actor.log) for actor in self.actors)
        asleep = sleeping()
        if any(actor.ident is None for actor in self.actors):
            return None
        waits = tuple(self.queue_name(asleep.get(actor.ident)) for actor in self.actors)
        return (logs, waits, *super().seen(), self.handled)
