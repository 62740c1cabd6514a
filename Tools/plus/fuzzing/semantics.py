# Copyright PythonPlus contributors.
"""The model: what operations must come to.

A State is a moment at which nothing moves. explore() begins operations in such states and
returns all states that may come of it: threads race, a timed wait may end at any time, and
who was woken for a lock may find it taken again (barging) and goes back to the head of the
queue. Between these small steps anything may happen; each step is one piece of what
_thread's C code, or CPython's Python code, does with the GIL.
"""
from .model.conditions import Conditions
from .model.events import Events
from .model.inside import Inside
from .model.locks import FULL, RLOCK, Locks
from .model.process import Process
from .model.queues import Queues
from .model.semaphores import Semaphores
from .operations import CONDITIONS, EVENTS, HELPER, INSIDE, LOCKS, OTHER, SEMAPHORES


class State(Locks, Conditions, Events, Semaphores, Queues, Inside, Process):
    def copy(self):
        other = object.__new__(State)
        for name, value in vars(self).items():
            if isinstance(value, dict):
                value = {key: part.copy() if hasattr(part, "copy") else part
                         for key, part in value.items()}
            setattr(other, name, value[:] if isinstance(value, list) else value)
        return other

    def key(self):
        return (tuple(q.key() for q in self.queues.values()), self.owner, self.count,
                self.full_owner, lists(self.conditions), *self.calls.values(), self.python,
                *self.flags.values(), lists(self.event_waiters), tuple(self.items),
                tuple(self.getters), self.stock, lists(self.sides), tuple(self.waits),
                tuple(self.logs), tuple(self.levels), self.handled)

    def seen(self):
        """What can be seen from outside, when nothing moves."""
        return (tuple(self.logs), tuple(map(self.queue_name, self.waits)),
                tuple(map(len, self.conditions.values())),
                tuple(not self.queues[name].value for name in LOCKS),
                tuple(self.queues[name].value for name in SEMAPHORES),
                tuple(self.flags.values()), (len(self.items), self.stock),
                tuple(self.calls.values()), self.handled)

    def queue_name(self, wait):
        """Of the lock for which somebody sleeps."""
        if wait is None:
            return None
        if wait[0] in ("in", "again", "enter") and wait[1] not in SEMAPHORES:
            return wait[1]
        return OTHER

    def steps(self):
        """What may happen by itself: functions of a state that do it."""
        yield from self.lock_steps()
        yield from self.condition_steps()
        yield from self.event_steps()
        yield from self.semaphore_steps()
        yield from self.queue_steps()
        yield from self.process_steps()


def lists(by_name):
    return tuple(map(tuple, by_name.values()))


# --- which operations ---

def can_begin(state, who, what):
    """Whether the operation makes sense in this state; if not, it is left out."""
    name, *args = what
    if name == "signal":
        return can_be_handled(state, args[0])
    if state.waits[who] is not None:
        return False
    if name == "renew":
        # The next thread may, or may not, get the same number.
        return who not in (0, state.owner, state.full_owner)
    if name == "let_go":
        return state.is_entered(args[0])
    if name in ("fork_after_release", "up_and_look") and args[0] in SEMAPHORES:
        return not state.is_entered(args[0])
    return True


def can_be_handled(state, kind):
    # Once notified, a wait for a native condition does not run handlers: they come later.
    # In Python code they do, and then break it.
    if state.waits[0] is not None and state.waits[0][0] in ("again", "enter"):
        return False
    # Else the handler, and the main thread, would wait for the lock.
    return not ((kind == "up" and state.is_entered("semaphore"))
                or (kind == "set" and state.is_entered("event")))


def possible(state, batch):
    """Those operations of the batch that make sense in this state, and together."""
    batch = [op for op in batch if can_begin(state, *op)]
    if len(batch) == 2 and clash(state, *(what for _, what in batch)):
        return batch[:1]
    return batch


def clash(state, one, other):
    """Whether one might release a lock that the other has only for a moment, in the midst
    of Python code: that breaks both."""
    if one[0] == other[0] == "let_go":
        return one[1] == other[1]
    if "wait" not in (one[0], other[0]):
        return False
    return any(state.in_python(cond) and lock not in (RLOCK, FULL)
               and all(what[0] in ("wait", "notify", "notify_all", "release")
                       and what[1] in (cond, lock) for what in (one, other))
               for cond, lock in CONDITIONS.items())


def begin(state, who, what):
    name, *args = what
    if name == "signal":
        state.signal(*args)
    elif name == "let_go":
        state.let_go_of(who, *args)
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


# --- the way out ---

def way_out(state):
    """An operation that helps some waiting actor on, or None if nobody waits. Not always
    by the helper: an RLock is released by its owner."""
    if not any(state.waits):
        return None
    return (way_out_of_inside(state) or way_out_of_locks(state) or way_out_of_queues(state)
            or way_out_of_conditions(state) or way_out_of_rlock(state))


def way_out_of_inside(state):
    for name in INSIDE:
        if state.is_entered(name):
            return HELPER, ("let_go", name)
    for name in EVENTS:
        if state.event_waiters[name]:
            return HELPER, ("event_set", name)
    for name in SEMAPHORES:
        if state.queues[name].waiters:
            return HELPER, ("up", name, 1)
    return None


def way_out_of_locks(state):
    for name in LOCKS:
        if name != RLOCK and state.queues[name].waiters:
            return HELPER, ("release", name)
    return None


def way_out_of_queues(state):
    if state.getters:
        return HELPER, ("put",)
    if state.sides["not_empty"]:
        return HELPER, ("qput", "poll")
    if state.sides["not_full"]:
        return HELPER, ("qget", "poll")
    return None


def way_out_of_conditions(state):
    for cond, lock in CONDITIONS.items():
        if state.conditions[cond] and lock != RLOCK:
            if state.queues[lock].value:
                return HELPER, ("acquire", lock, "poll")
            if not state.owns(HELPER, lock):
                return HELPER, ("release", lock)
            return HELPER, ("notify", cond, 9)
    return None


def way_out_of_rlock(state):
    """Whoever has the RLock does not wait now: it could only wait for what is above."""
    if state.conditions["cond1"] and state.owner is None:
        return HELPER, ("acquire", RLOCK, "poll")
    if state.conditions["cond1"] and state.owner == HELPER:
        return HELPER, ("notify", "cond1", 9)
    return state.owner, ("release", RLOCK)
