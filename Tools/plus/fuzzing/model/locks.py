# Copyright PythonPlus contributors.
"""Locks, and what all waits are made of."""
from ..operations import ACTORS, INSIDE, LOCKS, SEMAPHORES

RLOCK, FULL = "rlock", "full"


def mutex_of(name):
    """The lock of an event's or a semaphore's _cond."""
    return name + "._cond"


class Queue:
    """A lock or a semaphore: how many may come in, who waits, and who was woken."""

    def __init__(self, value):
        self.value = value
        self.waiters = []
        self.woken = None

    def copy(self):
        other = Queue(self.value)
        other.waiters, other.woken = self.waiters[:], self.woken
        return other

    def key(self):
        return self.value, tuple(self.waiters), self.woken

    def offer(self):
        if self.value and self.waiters and self.woken is None:
            self.woken = self.waiters.pop(0)


class Locks:
    def __init__(self):
        super().__init__()
        self.queues = {name: Queue(1)
                       for name in (*LOCKS, *SEMAPHORES, *map(mutex_of, INSIDE))}
        self.owner, self.count = None, 0            # of the RLock
        self.full_owner = None                      # whom that lock takes for its owner
        self.waits = [None] * (ACTORS + 1)          # what an actor waits for, or None
        self.logs = [()] * (ACTORS + 1)             # results of what it has done

    def done(self, actor, result):
        self.waits[actor] = None
        self.logs[actor] += (result,)

    def take(self, actor, name):
        self.queues[name].value -= 1
        if name == RLOCK:
            self.owner, self.count = actor, 1
        elif name == FULL:
            self.full_owner = actor

    def come_in(self, actor, name, wait):
        """Take the lock or semaphore, or wait for it."""
        if self.queues[name].value:
            self.take(actor, name)
            self.came_in(actor, name, wait)
        else:
            self.queues[name].waiters.append(actor)
            self.waits[actor] = wait

    def came_in(self, actor, name, wait):
        if wait[0] == "in":
            self.done(actor, True)
        elif wait[0] == "again":
            self.locked_again(actor, *wait[1:])
        else:
            _, _, inside, args = wait
            getattr(self, inside)(actor, *args)
            self.let_go(name)

    def enter(self, actor, name, inside, *args):
        """Call the method `inside` with the lock of name's _cond, then release it."""
        mutex = mutex_of(name)
        self.come_in(actor, mutex, ("enter", mutex, inside, args))

    def is_entered(self, name):
        return not self.queues[mutex_of(name)].value

    def let_go(self, name, n=1):
        self.queues[name].value += n
        if name == RLOCK:
            self.owner, self.count = None, 0
        elif name == FULL:
            self.full_owner = None
        self.queues[name].offer()

    def owns(self, actor, name):
        """As a condition asks."""
        if name == RLOCK:
            return self.owner == actor
        if name == FULL:
            return self.full_owner == actor
        return not self.queues[name].value

    def may_release(self, actor, name):
        return self.owner == actor if name == RLOCK else not self.queues[name].value

    # --- operations ---

    def acquire(self, actor, name, how):
        if name == RLOCK and self.owner == actor:
            self.count += 1
            self.done(actor, True)
        elif self.queues[name].value or how != "poll":
            self.come_in(actor, name, ("in", name, how))
        else:
            self.done(actor, False)

    def release(self, actor, name):
        if not self.may_release(actor, name):
            return self.done(actor, "RuntimeError")
        self.let_go_once(name)
        self.done(actor, None)

    def let_go_once(self, name):
        if name == RLOCK and self.count > 1:
            self.count -= 1
        else:
            self.let_go(name)

    # --- steps ---

    def lock_steps(self):
        for name, queue in self.queues.items():
            if queue.woken is not None:
                yield lambda state, name=name: state.woken_comes(name)
                if self.waits[queue.woken][0] == "in" and self.waits[queue.woken][2] == "timed":
                    yield lambda state, name=name: state.woken_comes_late(name)
        woken = [queue.woken for queue in self.queues.values()]
        for actor, wait in enumerate(self.waits):
            if wait is None:
                continue
            if wait[0] == "retry":
                yield lambda state: state.retry()
                if self.in_python(wait[1][1]):
                    yield lambda state: state.retry(at_end=True)
            elif (wait[0] == "in" and wait[2] == "timed" and actor not in woken
                    and not self.in_python(wait[1])):
                yield lambda state, actor=actor: state.time_for_lock_is_up(actor)

    def woken_comes(self, name):
        queue = self.queues[name]
        actor, queue.woken = queue.woken, None
        if queue.value:
            self.come_in(actor, name, self.waits[actor])
        else:
            queue.waiters.insert(0, actor)
        queue.offer()

    def woken_comes_late(self, name):
        """Its time is up as well: it takes what is there, but waits no more."""
        queue = self.queues[name]
        if queue.value:
            return self.woken_comes(name)
        actor, queue.woken = queue.woken, None
        self.done(actor, False)

    def time_for_lock_is_up(self, actor):
        _, name, _ = wait = self.waits[actor]
        self.queues[name].waiters.remove(actor)
        if self.queues[name].value:         # it looks once more
            self.come_in(actor, name, wait)
        else:
            self.done(actor, False)

    def step_aside(self, queue):
        """The main thread runs a handler: nothing is granted to it meanwhile."""
        self.waits[0] = ("retry", self.waits[0], tuple(queue[:queue.index(0)]))
        queue.remove(0)

    def retry(self, at_end=False):
        """The handler has run; the main thread goes on with its wait, at its place."""
        _, wait, ahead = self.waits[0]
        if wait[0] == "get":
            self.get(0, wait[2])        # at the end
            return
        name, queue = wait[1], self.queues[wait[1]]
        if queue.value and not (self.in_python(name) and self.is_entered(name)):
            self.come_in(0, name, wait)
            return
        place = max((i + 1 for i, actor in enumerate(queue.waiters) if actor in ahead), default=0)
        queue.waiters.insert(len(queue.waiters) if at_end else place, 0)
        self.waits[0] = wait
