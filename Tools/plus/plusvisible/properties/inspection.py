# Copyright PythonPlus contributors.
"""Classes and methods as inspect, dir() and documentation tools see them."""
import inspect
import pydoc
import threading
import typing

from plusvisible.helpers import CLASSES, EVERY_METHOD, METHODS, get, told
from plusvisible.table import shows

CONSTRUCTORS = CLASSES + ["Barrier", "Thread", "Timer", "local", "Lock", "RLock"]


def of_methods(name, look):
    return {method: look(getattr(get(name), method)) for method in METHODS[name]}


@shows(over=EVERY_METHOD)
def method(path):
    found = get(path)
    return {"signature": told(inspect.signature, found), "type": type(found).__name__,
            "name": found.__name__, "qualname": found.__qualname__,
            "module": getattr(found, "__module__", None), "doc": found.__doc__,
            "function": inspect.isfunction(found), "routine": inspect.isroutine(found),
            "descriptor": inspect.ismethoddescriptor(found)}


@shows(over=CLASSES)
def defaults(name):
    return of_methods(name, lambda function: (
        getattr(function, "__defaults__", "none"), getattr(function, "__kwdefaults__", "none"),
        getattr(function, "__annotations__", "none"), getattr(function, "__closure__", "none")))


@shows(over=CLASSES)
def code_objects(name):
    def look(function):
        code = function.__code__
        return (code.co_name, code.co_qualname, code.co_filename, code.co_varnames,
                code.co_names, code.co_flags, code.co_argcount)
    return of_methods(name, lambda function: told(look, function))


@shows(over=CLASSES)
def globals_of_methods(name):
    return of_methods(name, lambda function: told(
        lambda: function.__globals__ is vars(threading)))


@shows(over=CLASSES)
def source(name):
    return of_methods(name, lambda function: told(
        lambda: hash_of(inspect.getsource(function))))


def hash_of(text):
    """Long enough to differ, short enough to be printed."""
    return "%d lines, %d characters, sum %d" % (
        text.count("\n"), len(text), sum(map(ord, text)) % 9973)


@shows(over=CLASSES, but={name: ("base",) for name in ("Condition", "Event", "Semaphore")})
def class_source(name):
    return told(lambda: hash_of(inspect.getsource(get(name))))


@shows(over=CLASSES)
def file(name):
    return told(inspect.getfile, get(name)), told(inspect.getsourcefile, get(name).__init__)


@shows(over=CLASSES, but={"Condition": ("condition-methods",)})
def bound(name):
    return {method: (type(value).__name__, inspect.ismethod(value), hasattr(value, "__func__"),
                     callable(value), value.__self__ is not None)
            for one in [get(name)()] for method in METHODS[name]
            for value in [getattr(one, method)]}


@shows(over=CLASSES, but={"Condition": ("condition-methods",)})
def bound_signatures(name):
    one = get(name)()
    return {method: told(inspect.signature, getattr(one, method)) for method in METHODS[name]}


@shows(over=CLASSES, but={"Condition": ("condition-methods",)})
def bound_equality(name):
    one, other = get(name)(), get(name)()
    return {method: (getattr(one, method) == getattr(one, method),
                     getattr(one, method) is getattr(one, method),
                     getattr(one, method) == getattr(other, method),
                     hash(getattr(one, method)) == hash(getattr(one, method)))
            for method in METHODS[name]}


@shows(over=CLASSES, but={"Condition": ("condition-methods",)})
def bound_repr(name):
    one = get(name)()
    return [repr(getattr(one, method)) for method in METHODS[name]]


@shows(over=CONSTRUCTORS)
def signature(name):
    return told(inspect.signature, get(name))


@shows(over=CONSTRUCTORS, but={"Lock": ("lock-docs",)})
def doc(name):
    return get(name).__doc__


@shows(over=CONSTRUCTORS)
def names(name):
    found = get(name)
    return found.__name__, found.__qualname__, found.__module__, inspect.isclass(found)


@shows("class-attributes", over=CLASSES)
def members(name):
    return dir(get(name))


@shows("base", over=CLASSES, but={"BoundedSemaphore": ("class-attributes",)})
def own_members(name):
    return sorted(vars(get(name)))


@shows("class-attributes", over=CLASSES)
def instance_dir(name):
    return dir(get(name)())


@shows(over=CLASSES)
def instance_dict(name):
    return {key: type(value).__name__ for key, value in vars(get(name)()).items()}


@shows("vars-order", over=CLASSES)
def instance_dict_written(name):
    one = get(name)()
    one.colour = "red"
    vars(one)["size"] = 3
    return one.colour, one.size, list(vars(one))[-2:], told(delattr, one, "colour"), \
        hasattr(one, "colour")


@shows("base", over=CLASSES)
def mro(name):
    return [each.__name__ for each in get(name).__mro__]


@shows("base", over=["Condition", "Event", "Semaphore"])
def bases(name):
    return get(name).__bases__


@shows()
def bases_of_bounded():
    return threading.BoundedSemaphore.__bases__


@shows(over=CLASSES)
def metaclass(name):
    return type(get(name)), get(name).__flags__ & ~0x3F, get(name).__basicsize__ > 0


@shows(over=CLASSES)
def heap_and_base_type(name):
    flags = get(name).__flags__
    return {bit: bool(flags & 1 << bit) for bit in (8, 9, 10, 14, 20)}


@shows(over=CLASSES)
def class_written(name):
    cls = get(name)
    cls.colour = "red"
    return cls().colour, told(delattr, cls, "colour"), hasattr(cls, "colour")


@shows(over=CLASSES)
def class_repr(name):
    return repr(get(name)), str(get(name).__init__)


@shows(over=CLASSES)
def slots(name):
    return getattr(get(name), "__slots__", "none"), get(name).__weakrefoffset__ != 0, \
        get(name).__dictoffset__ != 0


@shows("base", over=CLASSES, but={"BoundedSemaphore": ("class-attributes",)})
def members_static(name):
    return [(each.name, each.kind) for each in inspect.classify_class_attrs(get(name))
            if each.defining_class is get(name)]


@shows(over=CLASSES)
def static_lookup(name):
    one = get(name)()
    return {method: type(inspect.getattr_static(one, method)).__name__
            for method in METHODS[name]}


@shows(over=CLASSES)
def arguments_bound(name):
    return told(lambda: {method: inspect.getfullargspec(getattr(get(name), method)).args
                         for method in METHODS[name]})


@shows(over=["Event.wait", "Semaphore.acquire", "Condition.wait_for", "Event.__init__"])
def bind_of_signature(path):
    return told(lambda: inspect.signature(get(path)).bind(None, 1).arguments)


@shows(over=CLASSES)
def type_hints(name):
    return told(typing.get_type_hints, get(name)), told(typing.get_type_hints,
                                                        get(name).__init__)


@shows("base", over=["Event", "Semaphore"])
def help_text(name):
    return hash_of(pydoc.plain(pydoc.render_doc(get(name))))


@shows()
def help_of_method():
    return pydoc.plain(pydoc.render_doc(threading.Event.wait))


@shows(over=CLASSES)
def default_repr(name):
    return repr(get(name)())


@shows(over=CLASSES)
def equality(name):
    one, other = get(name)(), get(name)()
    return one == one, one == other, one != other, hash(one) == hash(one), bool(one), \
        told(lambda: one < other), told(lambda: len(one)), told(lambda: iter(one))


@shows(over=CLASSES)
def unknown_attribute(name):
    return told(lambda: get(name)().nothing), told(lambda: get(name).nothing)


@shows(over=CLASSES)
def subclass_checks(name):
    cls = get(name)
    return issubclass(cls, object), isinstance(cls(), cls), \
        [each for each in CLASSES if issubclass(cls, get(each))]


@shows(over=CLASSES)
def object_new(name):
    return told(lambda: type(object.__new__(get(name))).__name__)


@shows(over=CLASSES)
def sizes(name):
    one = get(name)()
    return isinstance(one.__sizeof__(), int), one.__sizeof__() > 0


@shows(over=CLASSES)
def functions_of_the_class(name):
    return [key for key, value in vars(get(name)).items() if inspect.isfunction(value)]


@shows(over=CLASSES)
def method_attributes_written(name):
    function = get(name).__init__
    function.colour = "red"
    return function.colour, told(delattr, function, "colour")


@shows()
def same_functions():
    semaphore, bounded = threading.Semaphore, threading.BoundedSemaphore
    return (semaphore.__enter__ is semaphore.acquire, bounded.acquire is semaphore.acquire,
            bounded.release is semaphore.release, bounded.__enter__ is semaphore.__enter__,
            bounded.__exit__ is semaphore.__exit__)


@shows("function-parts")
def code_replaced():
    function = threading.Event.is_set
    def is_set(self):
        return "replaced"
    before = function.__code__
    function.__code__ = is_set.__code__
    answer = threading.Event().is_set()
    function.__code__ = before
    return answer, threading.Event().is_set()


@shows("function-parts")
def defaults_replaced():
    threading.Condition.notify.__defaults__ = (2,)
    threading.Semaphore.__init__.__defaults__ = (5,)
    cond, semaphore = threading.Condition(), threading.Semaphore()
    with cond:
        cond._waiters.extend([threading.Lock(), threading.Lock(), threading.Lock()])
        for lock in cond._waiters:
            lock.acquire()
        cond.notify()
        return len(cond._waiters), semaphore._value


@shows()
def called_by_its_function():
    event = threading.Event()
    return [told(get("Event." + name), *arguments) for name, arguments in (
        ("set", (event,)), ("is_set", (event,)), ("wait", (event, 0)), ("set", ()),
        ("set", (1,)), ("set", (threading.Semaphore(),)), ("is_set", (object(),)))]


@shows()
def self_by_keyword():
    event, semaphore = threading.Event(), threading.Semaphore(3)
    cond = threading.Condition()
    return [told(threading.Event.set, self=event), told(threading.Event.is_set, self=event),
            told(threading.Semaphore.acquire, self=semaphore, blocking=False),
            told(threading.Semaphore.release, self=semaphore, n=2), semaphore._value,
            told(threading.Condition.notify, self=cond), told(event.set, self=event)]


@shows()
def called_for_another_type():
    class Duck:
        _flag = 5
    return told(threading.Event.is_set, Duck()), told(threading.Event.set, Duck())
