# Copyright PythonPlus contributors.
"""Atomic blocks, forks, ends of threads, and signals."""
from ..operations import ACTORS, SEMAPHORES

LEAVE = {"condition": "give_up", "event": "leave_event", "in": "leave_units",
         "get": "leave_simple", "queue": "leave_queue"}


class Process:
    def __init__(self):
        super().__init__()
        self.levels = [(False,)] * (ACTORS + 1)     # flags of an actor's atomic blocks
        self.handled = 0                            # signals

    def atomic_enter(self, actor):
        self.levels[actor] += (True,)
        self.done(actor, None)

    def atomic_exit(self, actor):
        if len(self.levels[actor]) == 1:
            return self.done(actor, "RuntimeError")
        self.levels[actor] = self.levels[actor][:-1]
        self.done(actor, None)

    def atomic_set(self, actor, on):
        was = self.levels[actor][-1]
        self.levels[actor] = (*self.levels[actor][:-1], on)
        self.done(actor, was)

    def atomic_get(self, actor):
        self.done(actor, self.levels[actor][-1])

    def fork(self, actor):
        self.done(actor, "as expected")

    def fork_after_release(self, actor, name):
        """The child looks before who was woken by the release can have come."""
        if self.release_before_fork(actor, name):
            self.done(actor, "as expected")
        else:
            self.done(actor, "RuntimeError")

    def release_before_fork(self, actor, name):
        if name in SEMAPHORES:
            self.called(name)
            self.release_units(name, 1)
        elif self.may_release(actor, name):
            self.let_go_once(name)
        else:
            return False
        return True

    def renew(self, actor):
        """The thread ends, whatever it has, and another one takes its part."""
        self.levels[actor] = (False,)
        self.done(actor, None)

    def signal(self, kind):
        """The main thread gets a signal while it waits, or is idle."""
        self.handled += 1
        wait = self.waits[0]
        if kind == "raise":
            self.waits[0] = ("raised", wait)
            return
        if wait is not None and wait[0] in ("in", "get"):
            self.step_aside(self.getters if wait[0] == "get" else self.queues[wait[1]].waiters)
        if kind == "release" and not self.queues["lock1"].value:
            self.let_go("lock1")
        elif kind == "set":
            self.set_flag("event")
        elif kind == "put":
            self.put_item()
        elif kind == "up":
            self.release_units("semaphore", 1)
        elif kind == "qput":
            self.offer_item()
        elif kind == "qget":
            self.fetch_item()
        elif kind == "look":
            self.look_everywhere()

    def process_steps(self):
        if self.waits[0] is not None and self.waits[0][0] == "raised":
            for stays in False, True:
                yield lambda state, stays=stays: state.raise_in_main(stays)

    def raise_in_main(self, stays):
        """stays: in CPython's list of waiters, until it has got the lock."""
        wait = self.waits[0] = self.waits[0][1]
        if wait is None or wait[0] not in LEAVE:
            self.done(0, "Raised")
        else:
            stays = stays and self.in_python(wait[1])
            getattr(self, LEAVE[wait[0]])(0, "Raised", stays)
