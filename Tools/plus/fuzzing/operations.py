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

LOCKS = ("lock0", "lock1", "rlock")
CONDITIONS = {"cond0": "lock0", "cond1": "rlock"}
HANDLERS = ("note", "raise", "release", "set", "put", "up")

# A name and its arguments. block, poll and timed tell how to wait.
OPERATIONS = (
    [("acquire", lock, how) for lock, how in itertools.product(LOCKS, ("block", "poll", "timed"))]
    + [("release", lock) for lock in LOCKS]
    + [("wait", cond, how) for cond, how in itertools.product(CONDITIONS, ("block", "timed"))]
    + [("notify", cond, n) for cond, n in itertools.product(CONDITIONS, (1, 2, 9))]
    + [("event_wait", how) for how in ("block", "poll", "timed")]
    + [("event_set",), ("event_clear",)]
    + [("down", how) for how in ("block", "poll", "timed")]
    + [("up", 1), ("up", 2)]
    + [("get", how) for how in ("block", "poll", "timed")]
    + [("put",)]
    + [("atomic_enter",), ("atomic_exit",), ("atomic_set", True), ("atomic_set", False),
       ("atomic_get",)]
    + [("fork",), ("renew",)]
    + [("signal", kind) for kind in HANDLERS])

# What must have the stage for itself.
ALONE = {"fork", "renew", "signal"}


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
