# Copyright PythonPlus contributors.
"""What actors may be told to do, and how bytes stand for it.

An input is a sequence of pairs of bytes. The first one tells who: its two lowest bits are
the actor, 0 being the main thread; with the bit TOGETHER the next operation begins at the
same time. The second one is an index into OPERATIONS, modulo its length. Every sequence of
bytes is an input, and a byte that is changed changes one operation: what libFuzzer needs.
"""
import itertools

ACTORS = 4
HELPER = ACTORS             # the thread that runs the trial: it clears up at the end
TOGETHER = 4                # bit of the first byte
LONGEST = 40                # operations; what follows is ignored

# bare and full are written in Python: bare has acquire() and release() only, full has all
# methods that conditions look for. What is named own_... is of a derived class.
FIRST_LOCKS = ("lock0", "lock1", "rlock")
OTHER_LOCKS = ("lock2", "bare", "full")
LOCKS = FIRST_LOCKS + OTHER_LOCKS
FIRST_CONDITIONS = {"cond0": "lock0", "cond1": "rlock"}
OTHER_CONDITIONS = {"own_cond": "lock2", "bare_cond": "bare", "full_cond": "full"}
CONDITIONS = FIRST_CONDITIONS | OTHER_CONDITIONS
EVENTS = ("event", "own_event")
SEMAPHORES = ("semaphore", "own_semaphore")
INSIDE = EVENTS + SEMAPHORES                # which have a _cond
SIDES = ("not_empty", "not_full")           # the conditions of the queue.Queue
FIRST_HANDLERS = ("note", "raise", "release", "set", "put", "up")
OTHER_HANDLERS = ("qput", "qget", "look")
HANDLERS = FIRST_HANDLERS + OTHER_HANDLERS
OTHER = "other"             # sleeps in another queue than that of a lock
HOWS = ("block", "poll", "timed")

# A name and its arguments. block, poll and timed tell how to wait. New ones come at the
# end, so that inputs keep their meaning.
OPERATIONS = (
    [("acquire", lock, how) for lock, how in itertools.product(FIRST_LOCKS, HOWS)]
    + [("release", lock) for lock in FIRST_LOCKS]
    + [("wait", cond, how)
       for cond, how in itertools.product(FIRST_CONDITIONS, ("block", "timed"))]
    + [("notify", cond, n) for cond, n in itertools.product(FIRST_CONDITIONS, (1, 2, 9))]
    + [("event_wait", "event", how) for how in HOWS]
    + [("event_set", "event"), ("event_clear", "event")]
    + [("down", "semaphore", how) for how in HOWS]
    + [("up", "semaphore", 1), ("up", "semaphore", 2)]
    + [("get", how) for how in HOWS]
    + [("put",)]
    + [("atomic_enter",), ("atomic_exit",), ("atomic_set", True), ("atomic_set", False),
       ("atomic_get",)]
    + [("fork",), ("renew",)]
    + [("signal", kind) for kind in FIRST_HANDLERS]

    + [("acquire", lock, how) for lock, how in itertools.product(OTHER_LOCKS, HOWS)]
    + [("release", lock) for lock in OTHER_LOCKS]
    + [("wait", cond, how)
       for cond, how in itertools.product(OTHER_CONDITIONS, ("block", "timed"))]
    + [("notify", cond, n) for cond, n in itertools.product(OTHER_CONDITIONS, (1, 9))]
    + [("notify_all", cond) for cond in CONDITIONS]
    + [("event_wait", "own_event", how) for how in HOWS]
    + [("event_set", "own_event"), ("event_clear", "own_event")]
    + [("down", "own_semaphore", how) for how in HOWS]
    + [("up", "own_semaphore", 1), ("up", "own_semaphore", 2)]
    + [("leave", semaphore) for semaphore in SEMAPHORES]
    + [("qput", how) for how in HOWS]
    + [("qget", how) for how in HOWS]
    + [("look", name) for name in (*CONDITIONS, *INSIDE, *SIDES)]
    + [("notify_in", name, n) for name, n in itertools.product(INSIDE, (1, 9))]
    + [("set_in", event) for event in EVENTS]
    + [(name, semaphore) for name, semaphore in itertools.product(("give_in", "take_in"),
                                                                  SEMAPHORES)]
    + [(name, thing) for name, thing in itertools.product(("hold", "let_go"), INSIDE)]
    + [("fork_after_release", name)
       for name in ("lock0", "lock1", "rlock", "bare", "semaphore", "own_semaphore")]
    + [("signal", kind) for kind in OTHER_HANDLERS]
    + [("up_and_look", semaphore) for semaphore in SEMAPHORES])

# What must have the stage for itself.
ALONE = {"fork", "fork_after_release", "renew", "signal", "up_and_look"}

GROUPS = {
    "locks": {*FIRST_LOCKS, *FIRST_CONDITIONS},
    "foreign": {"bare", "bare_cond", "full", "full_cond"},
    "derived": {"lock2", "own_cond", "own_event", "own_semaphore"},
    "event": {"event"},
    "semaphore": {"semaphore"},
    "queue": {"qput", "qget", *SIDES},
    "simple queue": {"get", "put"},
}


def of_groups(names):
    """The operations on what these groups have, and those on nothing of the kind."""
    grouped = set().union(*GROUPS.values())
    wanted = set().union(*(GROUPS[name] for name in names))
    return [what for what in OPERATIONS
            if grouped.isdisjoint(what) or not wanted.isdisjoint(what)]


def decode(data):
    """Return a list of (actor, operation, together)."""
    pairs = zip(data[:2 * LONGEST:2], data[1:2 * LONGEST:2])
    return [(who % ACTORS, OPERATIONS[what % len(OPERATIONS)], bool(who & TOGETHER))
            for who, what in pairs]


def encode(script):
    """Return the bytes for such a list."""
    return bytes(byte for who, what, together in script
                 for byte in (who | TOGETHER * together, OPERATIONS.index(what)))


def batches(script):
    """Yield lists of one or two (actor, operation), which begin at the same time."""
    i = 0
    while i < len(script):
        batch = script[i:i + (2 if script[i][2] else 1)]
        if len(batch) == 2 and (batch[0][0] == batch[1][0]
                                or any(what[0] in ALONE for _, what, _ in batch)):
            batch = batch[:1]
        yield [(who, what) for who, what, _ in batch]
        i += len(batch)


def describe(script):
    """Return the list as lines to read."""
    lines = []
    for batch in batches(script):
        lines.append(", at the same time ".join(
            f"{who}: {' '.join(map(str, what))}" for who, what in batch))
    return "\n".join(lines)
