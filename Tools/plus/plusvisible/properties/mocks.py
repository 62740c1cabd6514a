# Copyright PythonPlus contributors.
"""What unittest.mock makes of the types."""
import threading
from unittest import mock

from plusvisible.helpers import CLASSES, METHODS, get, told
from plusvisible.table import shows

# A mock of __init__ has to return None, and __repr__ is called by mock itself.
PATCHED = ["%s.%s" % (name, method) for name in CLASSES for method in METHODS[name]
           if method not in ("__init__", "__repr__")]
ARGUMENTS = {"__exit__": (None, None, None), "_acquire_restore": (None,), "wait_for": (bool,)}


def call(path):
    name, method = path.split(".")
    one = get(name)()
    return one, told(getattr(one, method), *ARGUMENTS.get(method, ()))


@shows(over=PATCHED)
def patched(path):
    name, method = path.split(".")
    before = get(path)
    with mock.patch.object(get(name), method) as patched:
        patched.return_value = "patched"
        _, result = call(path)
        calls = patched.call_args_list
    return result, calls, get(path) is before, method in vars(get(name))


@shows(over=PATCHED)
def patched_with_autospec(path):
    name, method = path.split(".")

    def patch():
        with mock.patch.object(get(name), method, autospec=True, return_value="patched") as made:
            one, result = call(path)
            return result, len(made.call_args_list), one in made.call_args.args, \
                told(made, one, 1, 2, 3, 4, 5, 6)
    return told(patch)


@shows("class-attributes", over=CLASSES)
def autospec(name):
    made = mock.create_autospec(get(name))
    one = told(made)
    return told(made, 1, 2, 3, 4), isinstance(one, get(name)), \
        sorted(each for each in dir(one) if not each.startswith("__"))


@shows(over=CLASSES)
def autospec_of_an_instance(name):
    one = mock.create_autospec(get(name)(), instance=True)
    return {method: told(getattr(one, method), 1, 2, 3, 4, 5)
            for method in METHODS[name] if not method.startswith("_")}


@shows(over=CLASSES)
def spec(name):
    one = mock.Mock(spec=get(name))
    return isinstance(one, get(name)), told(lambda: one.nothing), \
        [hasattr(one, method) for method in METHODS[name]]


@shows(over=CLASSES)
def spec_of_an_instance(name):
    one = mock.Mock(spec=get(name)())
    return [hasattr(one, each) for each in ("_cond", "_flag", "_value", "_lock", "_waiters",
                                            "acquire", "release", "wait")]


@shows(over=CLASSES)
def spec_set(name):
    one = mock.Mock(spec_set=get(name)())
    return told(setattr, one, "nothing", 1), told(setattr, one, "_cond", 1), \
        told(setattr, one, "_lock", 1)


@shows(over=["Condition", "Semaphore", "BoundedSemaphore"])
def magic(name):
    one = mock.MagicMock(spec=get(name))
    with one as entered:
        pass
    return type(entered).__name__, one.__enter__.called, one.__exit__.called


@shows(over=CLASSES)
def wrapped(name):
    method = "notify_all" if name == "Condition" else "set" if name == "Event" else "release"
    one = get(name)()
    around = mock.Mock(wraps=one)
    result = told(getattr(around, method))
    return result, len(getattr(around, method).call_args_list), repr(one)


@shows(over=["wait", "set", "is_set"])
def patched_on_an_instance(name):
    event = threading.Event()
    with mock.patch.object(event, name, return_value="patched") as made:
        result = getattr(event, name)()
    return result, made.call_count, name in vars(event), event.is_set()


@shows(over=["wait", "set", "is_set"])
def patched_on_an_instance_with_autospec(name):
    event = threading.Event()

    def patch():
        with mock.patch.object(event, name, autospec=True) as made:
            return told(getattr(event, name)), made.call_count, \
                told(getattr(event, name), 1, 2, 3)
    return told(patch)


@shows(over=["threading.Event", "threading.Lock", "threading.Condition",
             "threading.Event.wait", "threading.Semaphore.acquire", "threading.RLock"])
def patched_by_name(path):
    with mock.patch(path) as made:
        return type(made).__name__, type(threading.Timer(1, int).finished).__name__, \
            made.call_count


@shows()
def event_patched_in_a_thread():
    with mock.patch("threading.Event") as made:
        thread = threading.Thread(target=int)
    return thread._started is made.return_value


@shows()
def condition_patched_in_an_event():
    with mock.patch("threading.Condition") as made:
        event = threading.Event()
        event.set()
    return made.call_args_list, event._cond is made.return_value, event.is_set()


@shows(over=["Condition.wait", "Condition.notify", "Condition.notify_all", "Condition.__enter__"])
def seen_by_others(path):
    """What an event, a semaphore, a barrier and a queue call of a patched condition."""
    import queue
    name = path.split(".")[1]
    with mock.patch.object(threading.Condition, name) as made:
        counts = []
        def step(call, *args):
            before = made.call_count
            told(call, *args)
            counts.append(made.call_count - before)
        event, semaphore = threading.Event(), threading.Semaphore(0)
        step(event.set), step(event.clear)
        if name != "wait":                      # acquire() asks again and again
            step(semaphore.acquire, True, 0)
        step(semaphore.release)
        step(queue.Queue().put, 1)
        step(threading.Barrier(1).wait)
    return counts


@shows()
def wait_patched_in_an_event():
    with mock.patch.object(threading.Condition, "wait", return_value="patched") as made:
        result = threading.Event().wait(7)
    return result, made.call_args_list


@shows()
def side_effects():
    with mock.patch.object(threading.Event, "wait", side_effect=[False, KeyError("x"), True]):
        event = threading.Event()
        return [told(event.wait) for _ in range(3)]


@shows()
def attribute_of_an_instance_patched():
    event = threading.Event()
    with mock.patch.object(event, "_flag", True):
        inside = event.is_set()
    semaphore = threading.Semaphore(1)
    with mock.patch.object(semaphore, "_value", 5):
        value = semaphore._value
    return inside, event.is_set(), value, semaphore._value, told(lambda: vars(event)["_flag"])


@shows()
def dictionary_patched():
    event = threading.Event()
    with mock.patch.dict(vars(event), {"_flag": True, "colour": "red"}):
        inside = event.is_set(), event.colour
    return inside, event.is_set(), hasattr(event, "colour")


@shows()
def property_mock():
    with mock.patch.object(threading.Semaphore, "_value", new_callable=mock.PropertyMock,
                           create=True, return_value=9) as made:
        one = threading.Semaphore(2)
        return one._value, made.call_args_list


@shows()
def sealed():
    made = mock.create_autospec(threading.Event, instance=True)
    made.wait.return_value = True
    mock.seal(made)
    return made.wait(5), told(made.set)


@shows()
def clock_patched():
    with mock.patch("threading._time", side_effect=[0.0, 5.0, 10.0, 15.0]) as made:
        cond = threading.Condition()
        with cond:
            return cond.wait_for(lambda: 0, 4), made.call_count


@shows("deque")
def deque_patched():
    with mock.patch("threading._deque") as made:
        cond = threading.Condition()
    return made.call_count, cond._waiters is made.return_value
