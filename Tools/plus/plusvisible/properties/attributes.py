# Copyright PythonPlus contributors.
"""The attributes that CPython's classes have, without and with an underscore."""
import inspect
import threading

from plusvisible.helpers import get, told
from plusvisible.table import shows

HAVE = {"Condition": ["_lock", "_waiters", "acquire", "release", "_release_save",
                      "_acquire_restore", "_is_owned"],
        "Event": ["_cond", "_flag"],
        "Semaphore": ["_cond", "_value"],
        "BoundedSemaphore": ["_cond", "_value", "_initial_value"]}
EACH = ["%s.%s" % (name, attribute) for name in HAVE for attribute in HAVE[name]]
# What a condition over an RLock has of its lock.
OF_THE_LOCK = ["Condition._release_save", "Condition._acquire_restore", "Condition._is_owned"]
# What has a descriptor in the class here.
DESCRIBED = [path for path in EACH if path not in OF_THE_LOCK]


def split(path):
    name, attribute = path.split(".")
    return get(name)(), attribute


def use(one):
    """Whatever the type is for, so that its state shows."""
    if isinstance(one, threading.Event):
        return told(lambda: [one.is_set(), one.wait(0), one.set(), one.is_set()])
    if isinstance(one, threading.Semaphore):
        return told(lambda: [one.acquire(False), one.acquire(False), one.release()])
    return told(lambda: [one.__enter__(), one.wait(0), one.notify(), one.__exit__()])


def plain(value):
    """A value of a simple type as it is, of another one its type."""
    return value if isinstance(value, (bool, int)) else type(value).__name__


@shows(over=EACH, but={path: ("condition-methods",) for path in OF_THE_LOCK})
def read(path):
    one, attribute = split(path)
    return plain(getattr(one, attribute)), hasattr(one, attribute), attribute in dir(one), \
        getattr(one, attribute) == getattr(one, attribute)


@shows(over=EACH)
def in_vars(path):
    one, attribute = split(path)
    return attribute in vars(one), told(lambda: plain(vars(one)[attribute])), use(one)


@shows(over=EACH, but={path: ("class-attributes",) for path in DESCRIBED})
def of_the_class(path):
    name, attribute = path.split(".")
    return hasattr(get(name), attribute), attribute in dir(get(name))


@shows(over=EACH, but={path: ("class-attributes",) for path in DESCRIBED
                        if path not in ("Condition.acquire", "Condition.release")})
def static(path):
    one, attribute = split(path)
    return plain(inspect.getattr_static(one, attribute, "none"))


@shows(over=EACH)
def written_with_its_own_value(path):
    one, attribute = split(path)
    setattr(one, attribute, getattr(one, attribute))
    return use(one), use(one)


@shows(over=EACH, but={"Condition." + name: ("condition-methods",) for name in
                       ("_release_save", "_acquire_restore", "_is_owned")})
def written_by_object(path):
    one, attribute = split(path)
    object.__setattr__(one, attribute, getattr(one, attribute))
    return plain(object.__getattribute__(one, attribute)), use(one)


@shows(over=EACH)
def written_with_nonsense(path):
    one, attribute = split(path)
    answer = told(setattr, one, attribute, "nonsense")
    return answer, getattr(one, attribute), use(one)


@shows(over=EACH, but={path: ("condition-methods",) for path in (
    "Condition.acquire", "Condition.release", *OF_THE_LOCK)})
def deleted(path):
    one, attribute = split(path)
    return told(delattr, one, attribute), hasattr(one, attribute), use(one), \
        told(delattr, one, attribute)


@shows(over=EACH)
def deleted_and_written(path):
    one, attribute = split(path)
    value = getattr(one, attribute)
    told(delattr, one, attribute)
    setattr(one, attribute, value)
    return use(one), getattr(one, attribute) is value or getattr(one, attribute) == value


@shows(over=EACH)
def written_before_init(path):
    name, attribute = path.split(".")
    one = get(name).__new__(get(name))
    setattr(one, attribute, 5)
    seen = getattr(one, attribute)
    one.__init__()
    return seen, use(one)


@shows(over=EACH)
def missing_before_init(path):
    name, attribute = path.split(".")
    one = get(name).__new__(get(name))
    return told(lambda: plain(getattr(one, attribute))), hasattr(one, attribute), \
        getattr(one, attribute, "none") is not None


@shows(over=EACH)
def shadowed_in_the_class(path):
    """A class attribute of that name, which an instance attribute hides."""
    name, attribute = path.split(".")
    class Mine(get(name)):
        pass
    setattr(Mine, attribute, "of the class")
    one = told(Mine)
    return told(lambda: plain(getattr(one, attribute))), use(one)


@shows(over=EACH)
def in_a_slot(path):
    name, attribute = path.split(".")
    one = told(lambda: type("Mine", (get(name),), {"__slots__": (attribute,)})())
    return use(one), told(lambda: plain(getattr(one, attribute)))


@shows("memory", over=HAVE)
def size(name):
    return get(name)().__sizeof__(), get(name).__basicsize__, get(name).__dictoffset__, \
        get(name).__weakrefoffset__


@shows(over=HAVE)
def unknown(name):
    one = get(name)()
    return told(setattr, one, "_mine", 1), one._mine, told(delattr, one, "_mine"), \
        told(delattr, one, "_mine"), told(lambda: one._mine)


@shows(over=HAVE)
def dict_replaced(name):
    one = get(name)()
    state = dict(vars(one))
    one.__dict__ = state
    return vars(one) is state, use(one), told(setattr, one, "__dict__", 5)


@shows(over=HAVE)
def dict_emptied(name):
    one = get(name)()
    vars(one).clear()
    return use(one), sorted(vars(one))


@shows(over=HAVE)
def dict_of_another(name):
    """As the Borg pattern does."""
    one, other = get(name)(), get(name)()
    other.__dict__ = one.__dict__
    if name == "Event":
        one.set()
        return other.is_set()
    if name == "Condition":
        with one:
            return other._is_owned(), told(other.notify)
    return one.acquire(), other.acquire(False), other.release(), one._value
