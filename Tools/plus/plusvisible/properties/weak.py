# Copyright PythonPlus contributors.
"""Weak references, to the objects and to their methods; what the collector sees."""
import gc
import threading
import weakref

from plusvisible.helpers import CLASSES, EVERY_METHOD, get, told
from plusvisible.table import shows

ALL = CLASSES + ["Lock", "RLock"]


@shows(over=ALL)
def reference(name):
    log = []
    one = get(name)()
    ref = weakref.ref(one, lambda _: log.append("gone"))
    alive = ref() is one
    counts = weakref.getweakrefcount(one)
    del one
    return alive, counts, ref() is None, log


@shows(over=EVERY_METHOD, but={"Condition.%s" % name: ("condition-methods",) for name in (
    "_release_save", "_acquire_restore", "_is_owned")})
def method(path):
    name, method = path.split(".")
    one = get(name)()
    ref = told(weakref.WeakMethod, getattr(one, method))
    if not isinstance(ref, weakref.ref):
        return ref
    alive = ref() is not None and ref().__self__ is one
    del one
    return alive, ref() is None


@shows(over=["Condition.acquire", "Condition.release"])
def method_of_the_lock(path):
    cond = threading.Condition()
    return told(weakref.WeakMethod, getattr(cond, path.split(".")[1]))


@shows(over=CLASSES)
def bound_method_alone(name):
    """A plain reference to a bound method is dead at once."""
    one = get(name)()
    return told(lambda: weakref.ref(one.__repr__)() is None), \
        told(lambda: weakref.ref(one.__init__)() is None)


@shows()
def connected_as_signal_libraries_do():
    receivers = []

    def connect(receiver):
        ref = weakref.ref
        if hasattr(receiver, "__self__") and hasattr(receiver, "__func__"):
            ref = weakref.WeakMethod
        receivers.append(ref(receiver))
    event = threading.Event()
    connect(event.set)
    for ref in receivers:
        if receiver := ref():
            receiver()
    return event.is_set()


@shows(over=ALL)
def collections(name):
    one = get(name)()
    kept = weakref.WeakSet([one]), weakref.WeakKeyDictionary({one: 1}), \
        weakref.WeakValueDictionary({1: one})
    before = [len(each) for each in kept]
    del one
    return before, [len(each) for each in kept]


@shows(over=ALL)
def proxy(name):
    one = get(name)()
    other = weakref.proxy(one)
    return type(other).__name__, repr(other).split(" at ")[0], isinstance(other, type(one))


@shows()
def proxy_used():
    event, cond = threading.Event(), threading.Condition()
    weak, other = weakref.proxy(event), weakref.proxy(cond)
    weak.set()
    other.acquire(), other.notify(), other.release()
    return weak.is_set(), event.is_set(), weak._flag


@shows(over=ALL)
def finalized(name):
    log = []
    one = get(name)()
    weakref.finalize(one, log.append, "gone")
    del one
    return log


@shows(over=CLASSES)
def finalizer_of_a_class(name):
    log = []
    class Mine(get(name)):
        def __del__(self):
            log.append("gone")
    Mine()
    return log


@shows(over=CLASSES)
def tracked(name):
    return gc.is_tracked(get(name)()), gc.is_finalized(get(name)())


@shows(over=CLASSES)
def cycle_collected(name):
    one = get(name)()
    one.itself = one
    ref = weakref.ref(one)
    del one
    gc.collect()
    return ref() is None


@shows()
def cycle_through_a_condition():
    class Owner:
        pass
    owner = Owner()
    class Lock:
        def acquire(self): return True
        def release(self): pass
    lock = Lock()
    lock.owner = owner
    owner.cond = threading.Condition(lock)
    ref = weakref.ref(owner)
    del owner, lock
    gc.collect()
    return ref() is None


@shows()
def referents_are_reachable():
    """What leak finders follow: from an event to what a program put on it."""
    event, mark = threading.Event(), ["mark"]
    event.mark = mark
    seen, todo = set(), [event]
    while todo:
        one = todo.pop()
        if id(one) not in seen and len(seen) < 200 and not isinstance(one, (type, str)):
            seen.add(id(one))
            todo += gc.get_referents(one)
    return id(mark) in seen


@shows()
def lock_is_a_referent_of_its_condition():
    cond = threading.Condition(threading.RLock())
    lock = cond._lock
    found = gc.get_referents(cond)
    return any(each is lock or isinstance(each, dict) and lock in each.values()
               for each in found)


@shows("memory", over=CLASSES)
def referents(name):
    return sorted(type(each).__name__ for each in gc.get_referents(get(name)()))


@shows()
def objects_listed():
    event = threading.Event()
    return any(each is event for each in gc.get_objects())


@shows(over=ALL)
def hashable(name):
    one = get(name)()
    return {one: 1}[one], one in {one}


@shows()
def references_left():
    """A set() and a wait() keep nothing."""
    import sys
    event, cond = threading.Event(), threading.Condition()
    before = sys.getrefcount(event), sys.getrefcount(cond)
    for _ in range(10):
        event.set(), event.wait(), event.clear(), event.wait(0)
        with cond:
            cond.notify(), cond.wait(0)
    return [now - then for now, then in zip(
        (sys.getrefcount(event), sys.getrefcount(cond)), before)]
