# Copyright PythonPlus contributors.
"""The model: what operations must come to.

A State is a moment at which nothing moves. explore() begins operations in such states and
returns all states that may come of it: threads race, a timed wait may end at any time, and
who was woken for a lock may find it taken again (barging) and goes back to the head of the
queue. Between these small steps anything may happen; each step is one piece of what
_thread's C code does with the GIL.
"""
from .operations import ACTORS, CONDITIONS, HELPER, LOCKS

RLOCK = "rlock"


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


class State:
    def __init__(self):
        self.queues = {name: Queue(1) for name in (*LOCKS, "semaphore")}
        self.owner, self.count = None, 0            # of the RLock
        self.conditions = {name: [] for name in CONDITIONS}
        self.flag, self.event = False, []
        self.items, self.getters = [], []
        self.waits = [None] * (ACTORS + 1)          # what an actor waits for, or None
        self.logs = [()] * (ACTORS + 1)             # results of what it has done
        self.levels = [(False,)] * (ACTORS + 1)     # flags of its atomic blocks
        self.handled = 0                            # signals

    def copy(self):
        other = object.__new__(State)
        for name, value in vars(self).items():
            setattr(other, name, value[:] if isinstance(value, list) else value)
        other.queues = {name: queue.copy() for name, queue in self.queues.items()}
        other.conditions = {name: waiters[:] for name, waiters in self.conditions.items()}
        return other

    def key(self):
        return (tuple(q.key() for q in self.queues.values()), self.owner, self.count,
                tuple(map(tuple, self.conditions.values())), self.flag, tuple(self.event),
                tuple(self.items), tuple(self.getters), tuple(self.waits),
                tuple(self.logs), tuple(self.levels), self.handled)

    def seen(self):
        """What can be seen from outside, when nothing moves."""
        return (tuple(self.logs), tuple(wait is not None for wait in self.waits),
                tuple(map(len, self.conditions.values())),
                tuple(not self.queues[name].value for name in LOCKS),
                self.queues["semaphore"].value, self.flag, len(self.items), self.handled)

    # --- what operations are made of ---

    def done(self, actor, result):
        self.waits[actor] = None
        self.logs[actor] += (result,)

    def take(self, actor, name):
        self.queues[name].value -= 1
        if name == RLOCK:
            self.owner, self.count = actor, 1

    def come_in(self, actor, name, wait, result):
        """Take the lock or semaphore, or wait for it; `result` is what it comes to."""
        if self.queues[name].value:
            self.take(actor, name)
            if wait[0] == "again" and name == RLOCK:
                self.count = wait[3]
            self.done(actor, result)
        else:
            self.queues[name].waiters.append(actor)
            self.waits[actor] = wait

    def let_go(self, name, n=1):
        self.queues[name].value += n
        if name == RLOCK:
            self.owner, self.count = None, 0
        self.queues[name].offer()

    def owns(self, actor, name):
        return self.owner == actor if name == RLOCK else not self.queues[name].value

    def lock_again(self, actor, cond, result, count):
        """The wait for a condition is over: take its lock."""
        self.come_in(actor, CONDITIONS[cond], ("again", CONDITIONS[cond], result, count), result)

    # --- operations: what an idle actor does ---

    def acquire(self, actor, name, how):
        if name == RLOCK and self.owner == actor:
            self.count += 1
            self.done(actor, True)
        elif self.queues[name].value or how != "poll":
            self.come_in(actor, name, ("in", name, how), True)
        else:
            self.done(actor, False)

    def release(self, actor, name):
        if not self.owns(actor, name):
            return self.done(actor, "RuntimeError")
        if name == RLOCK and self.count > 1:
            self.count -= 1
        else:
            self.let_go(name)
        self.done(actor, None)

    def wait(self, actor, cond, how):
        lock = CONDITIONS[cond]
        if not self.owns(actor, lock):
            return self.done(actor, "RuntimeError")
        self.waits[actor] = ("condition", cond, how, self.count if lock == RLOCK else 1)
        self.conditions[cond].append(actor)
        self.let_go(lock)

    def notify(self, actor, cond, n):
        lock = CONDITIONS[cond]
        if not self.owns(actor, lock):
            return self.done(actor, "RuntimeError")
        notified, self.conditions[cond] = self.conditions[cond][:n], self.conditions[cond][n:]
        for waiter in notified:
            _, _, how, count = self.waits[waiter]
            if how == "awake":
                self.waits[waiter] = ("late", cond, True, count)
            else:
                self.lock_again(waiter, cond, True, count)
        self.done(actor, None)

    def event_wait(self, actor, how):
        if self.flag or how == "poll":
            self.done(actor, self.flag)
        else:
            self.event.append(actor)
            self.waits[actor] = ("event", None, how)

    def event_set(self, actor):
        self.set_flag()
        self.done(actor, None)

    def set_flag(self):
        self.flag = True
        waiters, self.event = self.event, []
        for waiter in waiters:
            self.done(waiter, True)

    def event_clear(self, actor):
        self.flag = False
        self.done(actor, None)

    def down(self, actor, how):
        if self.queues["semaphore"].value or how != "poll":
            self.come_in(actor, "semaphore", ("in", "semaphore", how), True)
        else:
            self.done(actor, False)

    def up(self, actor, n):
        self.let_go("semaphore", n)
        self.done(actor, None)

    def get(self, actor, how):
        if self.items:
            self.done(actor, self.items.pop(0))
        elif how == "poll":
            self.done(actor, "Empty")
        else:
            self.getters.append(actor)
            self.waits[actor] = ("get", None, how)

    def put(self, actor):
        self.put_item()
        self.done(actor, None)

    def put_item(self):
        """Items are not told apart by number: two may be put at the same time."""
        if self.getters:
            self.done(self.getters.pop(0), "item")
        else:
            self.items.append("item")

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

    def renew(self, actor):
        """The thread ends, whatever it has, and another one takes its part."""
        self.levels[actor] = (False,)
        self.done(actor, None)

    def signal(self, kind):
        """The main thread gets a signal while it waits, or is idle."""
        self.handled += 1
        wait = self.waits[0]
        if wait is not None and wait[0] in ("in", "get"):
            queue = self.getters if wait[0] == "get" else self.queues[wait[1]].waiters
            self.waits[0] = ("retry", wait, tuple(queue[:queue.index(0)]))
            queue.remove(0)
        if kind == "raise":
            self.raise_in_main(wait)
        elif kind == "release" and not self.queues["lock1"].value:
            self.let_go("lock1")
        elif kind == "set":
            self.set_flag()
        elif kind == "put":
            self.put_item()
        elif kind == "up":
            self.let_go("semaphore")

    def raise_in_main(self, wait):
        if wait is not None and wait[0] == "condition":
            self.conditions[wait[1]].remove(0)
            self.lock_again(0, wait[1], "Raised", wait[3])
            return
        if wait is not None and wait[0] == "event":
            self.event.remove(0)
        self.done(0, "Raised")

    # --- the small steps ---

    def steps(self):
        """What may happen by itself: functions of a state that do it."""
        for name, queue in self.queues.items():
            if queue.woken is not None:
                yield lambda state, name=name: state.woken_comes(name)
                if self.waits[queue.woken][0] == "in" and self.waits[queue.woken][2] == "timed":
                    yield lambda state, name=name: state.woken_comes_late(name)
        for actor, wait in enumerate(self.waits):
            if wait is None:
                continue
            if wait[0] == "retry":
                yield lambda state: state.retry()
            elif wait[0] == "late":
                yield lambda state, actor=actor: state.lock_again(actor, *state.waits[actor][1:])
            elif wait[0] == "condition" and wait[2] == "timed":
                yield lambda state, actor=actor: state.wakes_up(actor)
            elif wait[0] == "condition" and wait[2] == "awake":
                yield lambda state, actor=actor: state.time_is_up(actor)
            elif wait[0] in ("in", "event", "get") and wait[2] == "timed":
                if actor not in [queue.woken for queue in self.queues.values()]:
                    yield lambda state, actor=actor: state.time_is_up(actor)

    def woken_comes(self, name):
        queue = self.queues[name]
        actor, queue.woken = queue.woken, None
        wait = self.waits[actor]
        if queue.value:
            self.come_in(actor, name, wait, True if wait[0] == "in" else wait[2])
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

    def wakes_up(self, actor):
        """Its time is up, but it has not looked yet whether it was notified."""
        _, cond, _, count = self.waits[actor]
        self.waits[actor] = ("condition", cond, "awake", count)

    def time_is_up(self, actor):
        kind, what, *_ = wait = self.waits[actor]
        if kind == "condition":
            self.conditions[what].remove(actor)
            self.lock_again(actor, what, False, wait[3])
        elif kind == "in":
            self.queues[what].waiters.remove(actor)
            if self.queues[what].value:         # it looks once more
                self.come_in(actor, what, wait, True)
            else:
                self.done(actor, False)
        elif kind == "event":
            self.event.remove(actor)
            self.done(actor, False)
        else:
            self.getters.remove(actor)
            self.done(actor, "Empty")

    def retry(self):
        """The handler has run; the main thread goes on with its wait, at its place."""
        _, wait, ahead = self.waits[0]
        if wait[0] == "get":
            self.get(0, wait[2])        # at the end
            return
        self.come_in(0, wait[1], wait, True)
        if self.waits[0] is not None:
            queue = self.queues[wait[1]].waiters
            queue.remove(0)
            place = max((i + 1 for i, actor in enumerate(queue) if actor in ahead), default=0)
            queue.insert(place, 0)


def can_begin(state, who, what):
    """Whether the operation makes sense in this state; if not, it is left out."""
    if what[0] == "signal":
        # Once notified, a wait does not run handlers: they come later.
        return state.waits[0] is None or state.waits[0][0] != "again"
    if state.waits[who] is not None:
        return False
    if what[0] == "renew":
        return who != 0 and state.owner != who
    return True


def begin(state, who, what):
    name, *args = what
    if name == "signal":
        state.signal(*args)
    else:
        getattr(state, name)(who, *args)


def explore(states, batch):
    """Begin the operations of batch, each in any order with all else that may happen.
    Returns the states in which nothing moves any more, by key."""
    found, seen = {}, set()
    todo = [(state, tuple(batch)) for state in states]
    while todo:
        state, rest = todo.pop()
        if (key := (state.key(), rest)) in seen:
            continue
        seen.add(key)
        moves = [(lambda s, op=op: begin(s, *op), tuple(o for o in rest if o is not op))
                 for op in rest]
        moves += [(step, rest) for step in state.steps()]
        if not moves:
            found[state.key()] = state
        for move, left in moves:
            after = state.copy()
            move(after)
            todo.append((after, left))
    return list(found.values())


def way_out(state):
    """An operation that helps some waiting actor on, or None if nobody waits. Not always
    by the helper: an RLock is released by its owner."""
    for name in ("lock0", "lock1"):
        if state.queues[name].waiters:
            return HELPER, ("release", name)
    if state.event:
        return HELPER, ("event_set",)
    if state.queues["semaphore"].waiters:
        return HELPER, ("up", 1)
    if state.getters:
        return HELPER, ("put",)
    if state.conditions["cond0"]:
        if state.queues["lock0"].value:
            return HELPER, ("acquire", "lock0", "poll")
        return HELPER, ("notify", "cond0", 9)
    # Whoever has the RLock does not wait now: it could only wait for what is above.
    if state.conditions["cond1"] and state.owner is None:
        return HELPER, ("acquire", RLOCK, "poll")
    if state.conditions["cond1"] and state.owner == HELPER:
        return HELPER, ("notify", "cond1", 9)
    if state.conditions["cond1"] or state.queues[RLOCK].waiters:
        return state.owner, ("release", RLOCK)
    return None
