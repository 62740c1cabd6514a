# Copyright PythonPlus contributors.
"""Conditions, with locks of ours and with foreign ones."""
from ..operations import CONDITIONS, OTHER_CONDITIONS
from .locks import FULL, RLOCK


class Conditions:
    def __init__(self):
        super().__init__()
        self.conditions = {name: [] for name in CONDITIONS}
        self.calls = {"own_cond": 0, "own_event": 0, "own_semaphore": 0}
        self.python = frozenset(OTHER_CONDITIONS) | {"own_event", "own_semaphore"}

    def in_python(self, name):
        """Whether the object may do as CPython's class does."""
        return name in self.python

    def called(self, name, n=1):
        """Methods of a derived class that CPython's class calls."""
        if name in self.calls:
            self.calls[name] += n

    def locked_again(self, actor, lock, result, count, cond):
        """The end of a wait for a condition."""
        if lock == RLOCK:
            self.count = count
        if actor in self.conditions[cond]:
            self.conditions[cond].remove(actor)
        self.done(actor, result)

    def lock_again(self, actor, cond, result, count):
        """The wait for a condition is over: take its lock."""
        lock = CONDITIONS[cond]
        self.come_in(actor, lock, ("again", lock, result, count, cond))

    # --- operations ---

    def wait(self, actor, cond, how):
        lock = CONDITIONS[cond]
        self.called(cond)                               # _is_owned()
        if not self.owns(actor, lock):
            return self.is_not_owner(actor, cond)
        self.waits[actor] = ("condition", cond, how, self.count if lock == RLOCK else 1)
        self.conditions[cond].append(actor)
        self.let_go(lock)

    def notify(self, actor, cond, n):
        self.called(cond, 2)                            # notify(), _is_owned()
        if not self.owns(actor, CONDITIONS[cond]):
            return self.is_not_owner(actor, cond)
        self.notify_some(cond, n)
        self.done(actor, None)

    def notify_all(self, actor, cond):
        """CPython's code looks how many wait, before it finds that the lock is not owned."""
        if not self.owns(actor, CONDITIONS[cond]):
            self.turn(cond)
        self.notify(actor, cond, len(self.waits))

    def notify_some(self, cond, n):
        notified, self.conditions[cond] = self.conditions[cond][:n], self.conditions[cond][n:]
        for waiter in notified:
            if self.waits[waiter][0] == "again":
                continue                    # its time was up: CPython notifies it in vain
            _, _, how, count = self.waits[waiter]
            if how == "awake" or self.in_python(cond):
                self.waits[waiter] = ("late", cond, True, count)
            else:
                self.lock_again(waiter, cond, True, count)

    def is_not_owner(self, actor, cond):
        """Python code asks a lock that does not tell by taking it for a moment."""
        lock = CONDITIONS[cond]
        if self.in_python(cond) and lock not in (RLOCK, FULL):
            self.take(actor, lock)
            self.waits[actor] = ("probe", lock)
        else:
            self.done(actor, "RuntimeError")

    # --- steps ---

    def condition_steps(self):
        for actor, wait in enumerate(self.waits):
            if wait is None:
                continue
            if wait[0] == "probe":
                yield lambda state, actor=actor: state.probed(actor)
            elif wait[0] == "late":
                yield lambda state, actor=actor: state.lock_again(actor, *state.waits[actor][1:])
            elif wait[0] == "condition" and wait[2] == "timed":
                yield lambda state, actor=actor: state.wakes_up(actor)
            elif wait[0] == "condition" and wait[2] == "awake":
                yield lambda state, actor=actor: state.give_up(actor, False, stays=False)
                if self.in_python(wait[1]):
                    yield lambda state, actor=actor: state.give_up(actor, False, stays=True)

    def probed(self, actor):
        _, lock = self.waits[actor]
        if not self.queues[lock].value:     # else another thread has released it
            self.let_go(lock)
        self.done(actor, "RuntimeError")

    def wakes_up(self, actor):
        """Its time is up, but it has not looked yet whether it was notified."""
        _, cond, _, count = self.waits[actor]
        self.waits[actor] = ("condition", cond, "awake", count)

    def give_up(self, actor, result, stays):
        """The wait ends without a notification."""
        _, cond, _, count = self.waits[actor]
        if not stays:
            self.conditions[cond].remove(actor)
        self.lock_again(actor, cond, result, count)
