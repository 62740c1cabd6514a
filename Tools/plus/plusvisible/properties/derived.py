# Copyright PythonPlus contributors.
"""Classes that programs derive: with what, how, and what they override."""
import abc
import contextlib
import enum
import socket
import threading
import types
import typing

from plusvisible.helpers import CLASSES, get, told, uses
from plusvisible.table import shows

# Bases that have a layout of their own in C.
LAYOUTS = {"dict": dict, "list": list, "int": int, "str": str, "set": set, "tuple": tuple,
           "Exception": Exception, "OSError": OSError, "socket": socket.socket,
           "local": threading.local, "type": type, "bytes": bytes}
PLAIN = {"Thread": threading.Thread, "Timer": threading.Timer, "Barrier": threading.Barrier,
         "ABC": abc.ABC, "Generic": typing.Generic, "Protocol": typing.Protocol,
         "ContextDecorator": contextlib.ContextDecorator,
         "SimpleNamespace": types.SimpleNamespace, "object": object}


def pairs(others, names=CLASSES):
    return ["%s-%s" % (name, other) for name in names for other in others]


def made(name, *bases, **members):
    return told(lambda: type(get(name))("Mine", bases, members))


@shows(over=CLASSES)
def plain(name):
    class Mine(get(name)):
        pass
    one = Mine()
    return uses(name, one), type(one).__name__, sorted(vars(one)), repr(one)


@shows("layouts", over=pairs(LAYOUTS, ["Condition", "Event", "Semaphore"]))
def with_a_layout_after(item):
    name, other = item.split("-")
    cls = made(name, get(name), LAYOUTS[other])
    return cls if not isinstance(cls, type) else cls.__mro__[-2].__name__


@shows("layouts", over=pairs(["dict", "Exception", "socket"]))
def with_a_layout_before(item):
    name, other = item.split("-")
    cls = made(name, LAYOUTS[other], get(name))
    if not isinstance(cls, type):
        return cls
    one = cls()
    get(name).__init__(one)
    return uses(name, one)


@shows("layouts", over=["Condition-Event", "Event-Semaphore", "Semaphore-Condition",
                        "Event-Condition", "BoundedSemaphore-Event"])
def two_of_the_types(item):
    first, second = item.split("-")
    cls = made(first, get(first), get(second))
    if not isinstance(cls, type):
        return cls
    one = cls()
    return [each.__name__ for each in cls.__mro__], uses(first, one)


@shows()
def semaphores_of_both_kinds():
    cls = made("Semaphore", threading.BoundedSemaphore, threading.Semaphore)
    return cls if not isinstance(cls, type) else uses("Semaphore", cls())


@shows(over=pairs(PLAIN), but={"%s-SimpleNamespace" % name: ("layouts",) for name in CLASSES})
def with_a_plain_class(item):
    name, other = item.split("-")
    base = PLAIN[other]
    if base is typing.Generic:
        base = base[typing.TypeVar("T")]
    cls = told(types.new_class, "Mine", (get(name), base))
    if not isinstance(cls, type):
        return cls
    return uses(name, cls()), issubclass(cls, PLAIN[other])


@shows(over=CLASSES)
def thread_first(name):
    class Mine(threading.Thread, get(name)):
        def __init__(self):
            threading.Thread.__init__(self)
            get(name).__init__(self)
    return uses(name, Mine()) if name == "Semaphore" else repr(Mine()).split("(")[0]


@shows(over=CLASSES)
def abstract(name):
    class Task(get(name), metaclass=abc.ABCMeta):
        @abc.abstractmethod
        def run_it(self): ...
    class Done(Task):
        def run_it(self): return 1
    return told(Task), Done().run_it(), uses(name, Done()), Task.__abstractmethods__


@shows(over=CLASSES)
def slots(name):
    class Mine(get(name)):
        __slots__ = ("colour",)
    one = Mine()
    one.colour = "red"
    return uses(name, one), told(setattr, one, "other", 1), one.colour, \
        told(lambda: class_with_slots(name, "__weakref__")), \
        told(lambda: class_with_slots(name, "__dict__"))


def class_with_slots(name, *slots):
    return type("Mine", (get(name),), {"__slots__": slots}).__name__


@shows(over=["Event-_flag", "Semaphore-_value", "Condition-_waiters", "Event-_cond"])
def slot_of_an_own_attribute(item):
    name, slot = item.split("-")
    class Mine(get(name)):
        __slots__ = (slot,)
    return uses(name, Mine())


@shows(over=CLASSES)
def without_init(name):
    class Mine(get(name)):
        def __init__(self): pass
    one = Mine()
    return uses(name, one), told(repr, one), sorted(vars(one))


@shows(over=["set", "clear", "is_set", "wait", "repr"])
def event_without_init(method):
    class Mine(threading.Event):
        def __init__(self): pass
    one = Mine()
    return told(repr, one) if method == "repr" else \
        told(getattr(one, method), *[0] * (method == "wait"))


@shows(over=["acquire", "release", "__enter__", "repr"])
def semaphore_without_init(method):
    class Mine(threading.BoundedSemaphore):
        def __init__(self): pass
    return told(repr, Mine()) if method == "repr" else told(getattr(Mine(), method))


@shows(over=["acquire", "release", "__enter__", "wait", "notify", "notify_all", "repr"])
def condition_without_init(method):
    class Mine(threading.Condition):
        def __init__(self): pass
    return told(repr, Mine()) if method == "repr" else \
        told(lambda: getattr(Mine(), method)())


@shows(over=CLASSES)
def init_late(name):
    class Mine(get(name)):
        def __init__(self):
            self.before = uses(name, self)
            self.colour = "red"
            super().__init__()
    one = Mine()
    return one.before, one.colour, uses(name, one)


@shows(over=CLASSES)
def init_with_arguments(name):
    class Mine(get(name)):
        def __init__(self, colour, *, size):
            super().__init__()
            self.colour, self.size = colour, size
    one = Mine("red", size=3)
    return one.colour, uses(name, one), told(Mine), told(Mine, 1)


@shows(over=CLASSES)
def new_with_arguments(name):
    class Mine(get(name)):
        def __new__(cls, *args, **kwargs):
            one = super().__new__(cls)
            one.given = args
            return one
        def __init__(self, *args):
            super().__init__()
    one = Mine(1, 2)
    return one.given, uses(name, one)


@shows(over=CLASSES)
def new_passed_on(name):
    class Mine(get(name)):
        def __new__(cls, colour):
            return super().__new__(cls, colour)
        def __init__(self, colour):
            super().__init__()
    return told(lambda: type(Mine("red")).__name__)


@shows(over=CLASSES)
def new_alone(name):
    one = get(name).__new__(get(name))
    return sorted(vars(one)), uses(name, one)


@shows(over=CLASSES)
def metaclass(name):
    log = []
    class Meta(type):
        def __call__(cls, *args):
            log.append("called")
            return super().__call__(*args)
        def __getattribute__(cls, attribute):
            return super().__getattribute__(attribute)
    class Mine(get(name), metaclass=Meta):
        pass
    return uses(name, Mine()), log


@shows(over=CLASSES)
def class_assigned(name):
    class Mine(get(name)):
        colour = "red"
    one = get(name)()
    one.__class__ = Mine
    return one.colour, uses(name, one), told(setattr, one, "__class__", get(name)), type(one)


@shows("class-assignment")
def class_assigned_to_another_type():
    one = threading.Event()
    return told(setattr, one, "__class__", threading.Semaphore), type(one), \
        told(setattr, one, "__class__", object), \
        told(setattr, threading.Semaphore(), "__class__", threading.BoundedSemaphore)


@shows("class-assignment")
def bases_assigned():
    class Mine(threading.Event):
        pass
    return told(setattr, Mine, "__bases__", (threading.Semaphore,)), \
        told(setattr, Mine, "__bases__", (threading.Event,))


@shows(over=CLASSES)
def subclass_hook(name):
    log = []
    class Mine(get(name)):
        def __init_subclass__(cls, **kwargs):
            log.append((cls.__name__, kwargs))
    class Own(Mine, colour="red"):
        pass
    return log, get(name).__subclasses__()[-1].__name__


@shows()
def known_subclasses():
    return [(name, [each.__name__ for each in get(name).__subclasses__()]) for name in CLASSES]


@shows()
def enum_and_protocol():
    @typing.runtime_checkable
    class Settable(typing.Protocol):
        def set(self): ...
        def is_set(self): ...
    class Kind(enum.Enum):
        EVENT = threading.Event
        SEMAPHORE = threading.Semaphore
    return isinstance(threading.Event(), Settable), isinstance(threading.Lock(), Settable), \
        Kind.EVENT.value is threading.Event


@shows("class-attributes")
def registered_with_an_abstract_class():
    class Lockable(abc.ABC):
        @classmethod
        def __subclasshook__(cls, other):
            return all(any(name in vars(each) for each in other.__mro__)
                       for name in ("acquire", "release"))
    return [issubclass(get(name), Lockable) for name in CLASSES]


@shows()
def dataclass_of_an_event():
    import dataclasses
    @dataclasses.dataclass(eq=False)
    class Job(threading.Event):
        name: str
        def __post_init__(self):
            super().__init__()
    one = Job("a")
    return one.set(), one.is_set(), repr(one).split(".")[-1], dataclasses.asdict(one)


@shows(over=["Lock", "RLock"])
def of_locks(name):
    kind = type(get(name)())
    return told(lambda: type("Mine", (kind,), {}).__name__), kind.__name__, \
        told(lambda: type("Mine", (get(name),), {}).__name__)
