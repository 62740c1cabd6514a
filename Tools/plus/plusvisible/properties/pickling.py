# Copyright PythonPlus contributors.
"""Pickling and copying: what works, and what is said where it does not."""
import copy
import copyreg
import io
import pickle
import sys
import threading

from plusvisible.helpers import CLASSES, get, told
from plusvisible.table import shows

PROTOCOLS = range(pickle.HIGHEST_PROTOCOL + 1)
LOCKS = ["Lock", "RLock"]
OTHERS = ["Barrier", "Thread", "local"]


class Stateful(threading.Event):
    """Pickles as libraries do it that know of the lock inside."""
    def __init__(self, name="none"):
        super().__init__()
        self.name = name

    def __getstate__(self):
        return {"name": self.name, "set": self.is_set()}

    def __setstate__(self, state):
        self.__init__(state["name"])
        if state["set"]:
            self.set()


class StatefulCondition(threading.Condition):
    def __getstate__(self):
        return {"colour": "red"}

    def __setstate__(self, state):
        threading.Condition.__init__(self)
        self.__dict__.update(state)


class StatefulSemaphore(threading.Semaphore):
    def __getstate__(self):
        return self._value

    def __setstate__(self, value):
        threading.Semaphore.__init__(self, value)


class Reduced(threading.Event):
    def __reduce__(self):
        return type(self), ()


class WithoutState(threading.Event):
    def __getstate__(self):
        return {}


# Pickle looks classes up in their module, and this file is not one that was imported.
sys.modules[__name__] = type(sys)(__name__)
vars(sys.modules[__name__]).update(globals())


@shows(over=["%s-%d" % (name, protocol) for name in CLASSES + LOCKS + OTHERS
             for protocol in PROTOCOLS])
def plain(item):
    name, protocol = item.split("-")
    one = get(name)(2) if name == "Barrier" else get(name)()
    return told(pickle.dumps, one, int(protocol))


@shows(over=CLASSES)
def pure_python_pickler(name):
    return told(pickle._Pickler(io.BytesIO(), 4).dump, get(name)())


@shows(over=["%s-%d" % (cls, protocol) for protocol in PROTOCOLS
             for cls in ("Stateful", "StatefulCondition", "StatefulSemaphore", "Reduced",
                         "WithoutState")])
def derived(item):
    name, protocol = item.split("-")
    return round_trip(globals()[name](), int(protocol))


def round_trip(one, protocol):
    def both_ways():
        data = pickle.dumps(one, protocol)
        back = pickle.loads(data)
        return len(data), type(back).__name__, sorted(vars(back)), repr(back)
    return told(both_ways)


@shows(over=["Stateful", "StatefulCondition", "StatefulSemaphore", "Reduced", "WithoutState"])
def derived_copied(name):
    one = globals()[name]()
    shown = []
    for copier in copy.copy, copy.deepcopy:
        other = told(copier, one)
        shown.append((type(other).__name__, other is one,
                      told(lambda: sorted(vars(other))), told(repr, other)))
    return shown


@shows(over=["%s-%d" % (name, protocol) for name in CLASSES for protocol in (0, 1, 2, 4)])
def reduce_ex(item):
    name, protocol = item.split("-")
    def reduced():
        parts = get(name)().__reduce_ex__(int(protocol))
        return parts[0].__name__, [getattr(each, "__name__", each) for each in parts[1]], \
            sorted(parts[2]), parts[3:]
    return told(reduced)


@shows(over=CLASSES)
def getstate(name):
    state = told(get(name)().__getstate__)
    return sorted(state) if isinstance(state, dict) else state


@shows(over=CLASSES + LOCKS)
def copied(name):
    one = get(name)()
    other = told(copy.copy, one)
    return type(other).__name__, other is one, told(lambda: sorted(vars(other))), \
        str(other) if not isinstance(other, get(name) if name in CLASSES else type(one)) else ""


@shows()
def copy_of_an_event_shares_its_condition():
    event = threading.Event()
    other = copy.copy(event)
    event.set()
    return other._cond is event._cond, other.is_set(), event.is_set()


@shows()
def copy_of_a_condition_shares_its_lock():
    cond = threading.Condition()
    other = copy.copy(cond)
    with cond:
        return other._lock is cond._lock, other._is_owned(), other._waiters is cond._waiters, \
            other.acquire == cond.acquire


@shows()
def copy_of_a_semaphore_shares_its_condition():
    one = threading.Semaphore(3)
    other = copy.copy(one)
    other.acquire()
    return one._value, other._value, one._cond is other._cond


@shows(over=CLASSES + LOCKS)
def deep_copied(name):
    return told(copy.deepcopy, get(name)())


@shows()
def inside_other_objects():
    class Holder:
        pass
    holder = Holder()
    holder.done, holder.lock = threading.Event(), threading.Lock()
    return told(copy.deepcopy, holder), told(copy.deepcopy, [threading.Semaphore()]), \
        type(copy.copy(holder).done).__name__


@shows()
def registered():
    copyreg.pickle(threading.Event, lambda event: (threading.Event, ()))
    return type(pickle.loads(pickle.dumps(threading.Event()))).__name__, \
        type(copy.copy(threading.Event())).__name__


@shows()
def dispatch_table():
    class Pickler(pickle.Pickler):
        dispatch_table = {threading.Event: lambda one: (str, ("event",))}
    out = io.BytesIO()
    Pickler(out).dump([threading.Event()])
    return pickle.loads(out.getvalue())


@shows()
def reducer_override():
    class Pickler(pickle.Pickler):
        def reducer_override(self, one):
            return (str, ("seen",)) if isinstance(one, threading.Semaphore) else NotImplemented
    out = io.BytesIO()
    Pickler(out).dump({1: threading.BoundedSemaphore()})
    return pickle.loads(out.getvalue())


@shows(over=CLASSES)
def class_pickled(name):
    return pickle.loads(pickle.dumps(get(name))) is get(name), pickle.dumps(get(name), 0)


@shows(over=["Event.set", "Condition.wait", "Semaphore.acquire"])
def method_pickled(path):
    return pickle.loads(pickle.dumps(get(path))) is get(path), pickle.dumps(get(path), 0)


@shows()
def bound_method_pickled():
    return told(pickle.dumps, threading.Event().set), \
        type(pickle.loads(pickle.dumps(Reduced().set))).__name__


@shows()
def state_set_by_hand():
    one = threading.Event.__new__(threading.Event)
    one.__dict__.update(_cond=threading.Condition(threading.Lock()), _flag=True)
    return one.is_set(), one.wait(0), one.clear(), one.is_set()


@shows()
def state_of_a_condition_set_by_hand():
    import collections
    one = threading.Condition.__new__(threading.Condition)
    lock = threading.Lock()
    one.__dict__.update(_lock=lock, _waiters=collections.deque(), acquire=lock.acquire,
                        release=lock.release)
    with one:
        return one.notify(), one.wait(0), lock.locked(), repr(one)


@shows()
def replace_of_a_dataclass():
    import dataclasses
    @dataclasses.dataclass
    class Job:
        name: str
        done: threading.Event = dataclasses.field(default_factory=threading.Event)
    one = Job("a")
    return dataclasses.replace(one, name="b").done is one.done, told(dataclasses.asdict, one), \
        told(dataclasses.make_dataclass, "D", [("e", threading.Event, threading.Event())])


@shows()
def json_message():
    import json
    return told(json.dumps, threading.Event()), told(json.dumps, threading.Lock())


@shows("object-getstate")
def state_by_object():
    return sorted(object.__getstate__(threading.Event()) or ())
