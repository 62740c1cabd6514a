# Copyright PythonPlus contributors.
"""Wrong arguments and wrong states: what is raised, and its text."""
import threading

from plusvisible.helpers import get, told
from plusvisible.table import shows

# (class, method): without, too many, an unknown keyword, and one given twice.
TAKERS = ["Condition.wait", "Condition.wait_for", "Condition.notify", "Condition.notify_all",
          "Condition.acquire", "Condition.release", "Condition.__enter__",
          "Condition.__exit__", "Event.set", "Event.clear", "Event.is_set", "Event.wait",
          "Semaphore.acquire", "Semaphore.release", "Semaphore.__enter__",
          "Semaphore.__exit__", "BoundedSemaphore.acquire", "BoundedSemaphore.release",
          "Lock.acquire", "Lock.release", "Lock.locked", "Lock.__enter__", "Lock.__exit__",
          "RLock.acquire", "RLock.release", "RLock.__enter__", "RLock.__exit__"]


def object_of(path):
    return getattr(get(path.split(".")[0])(), path.split(".")[1])


@shows(over=TAKERS)
def too_many(path):
    return told(object_of(path), 1, 2, 3, 4, 5)


@shows(over=TAKERS, but={"Lock.__exit__": ("lock-messages",),
                         "RLock.__exit__": ("lock-messages",)})
def unknown_keyword(path):
    return told(object_of(path), colour="red")


@shows(over=["Condition.wait_for", "Condition.__exit__", "Semaphore.__exit__",
             "Lock.__exit__", "RLock.__exit__"])
def too_few(path):
    return told(object_of(path))


@shows(over=["Condition", "Event", "Semaphore", "BoundedSemaphore", "Lock", "RLock"])
def constructor(name):
    return told(get(name), 1, 2, 3), told(get(name), colour="red"), \
        told(lambda: type(get(name)(None)).__name__)


@shows()
def given_twice():
    return told(threading.Event().wait, 0, timeout=0), \
        told(threading.Semaphore().acquire, False, blocking=False), \
        told(threading.Semaphore, 1, value=2), told(threading.Condition, None, lock=None)


@shows()
def keywords():
    cond = threading.Condition(lock=threading.Lock())
    semaphore = threading.Semaphore(value=0)
    with cond:
        return [told(cond.wait, timeout=0), told(cond.notify, n=3),
                told(cond.wait_for, predicate=lambda: 7, timeout=0),
                told(threading.Event().wait, timeout=0),
                told(semaphore.acquire, blocking=True, timeout=0),
                told(semaphore.release, n=2), told(semaphore.acquire, timeout=0)]


@shows()
def unowned():
    cond = threading.Condition()
    return [told(cond.wait), told(cond.notify), told(cond.notify_all), told(cond.release),
            told(cond.wait_for, lambda: 0), told(cond.wait_for, lambda: 5),
            told(cond.__exit__, None, None, None)]


@shows()
def unowned_plain_lock():
    cond = threading.Condition(threading.Lock())
    return [told(cond.wait), told(cond.notify), told(cond.notify_all), told(cond.release)]


@shows()
def deprecated():
    import warnings
    texts = []
    for call in threading.Event().isSet, threading.Condition().notifyAll:
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            result = told(call)
        texts.append((result, [(each.category.__name__, str(each.message),
                                each.filename == __file__) for each in caught]))
    return texts


@shows()
def deprecated_as_errors():
    import warnings
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        cond = threading.Condition()
        with cond:
            return told(threading.Event().isSet), told(cond.notifyAll)


@shows(over=["0", "-1", "None", "'1'", "1.5", "2.0", "True", "Decimal(2)", "Fraction(3, 2)",
             "10**30", "-10**30", "inf", "nan", "[]", "object()"])
def notify_count(text):
    from decimal import Decimal
    from fractions import Fraction
    cond = threading.Condition()
    with cond:
        empty = told(cond.notify, eval(text, {"inf": float("inf"), "nan": float("nan"),
                                              "Decimal": Decimal, "Fraction": Fraction}))
    return empty


@shows(over=["0", "1", "-1", "None", "'1'", "1.5", "2.0", "True", "Decimal(2)",
             "Fraction(3, 2)", "10**30", "inf", "-inf", "nan", "[]"])
def semaphore_value(text):
    from decimal import Decimal
    from fractions import Fraction
    value = eval(text, {"inf": float("inf"), "nan": float("nan"), "Decimal": Decimal,
                        "Fraction": Fraction})
    shown = []
    for cls in threading.Semaphore, threading.BoundedSemaphore:
        one = told(cls, value)
        if isinstance(one, cls):
            shown += [one._value, type(one._value).__name__, repr(one),
                      told(one.acquire, False), one._value]
        else:
            shown.append(one)
    return shown


@shows(over=["0", "1", "-1", "None", "'1'", "1.5", "2.0", "True", "Decimal(2)",
             "Fraction(3, 2)", "10**30", "inf", "nan", "[]"])
def release_count(text):
    from decimal import Decimal
    from fractions import Fraction
    count = eval(text, {"inf": float("inf"), "nan": float("nan"), "Decimal": Decimal,
                        "Fraction": Fraction})
    plain, bounded = threading.Semaphore(), threading.BoundedSemaphore(3)
    bounded.acquire()
    return [told(plain.release, count), told(lambda: plain._value), repr(plain),
            told(bounded.release, count), told(lambda: bounded._value)]


@shows()
def conditions_of_odd_locks():
    class Nothing:
        pass
    return [told(threading.Condition, value) for value in (5, "x", Nothing(), [], object)]


@shows()
def semaphore_arguments():
    semaphore = threading.Semaphore(0)
    return [told(semaphore.acquire, False, 1), told(semaphore.acquire, False, None),
            told(semaphore.acquire, False, 0), told(semaphore.acquire, 0),
            told(semaphore.acquire, [], timeout=None), told(semaphore.acquire, True, 0),
            told(semaphore.acquire, "yes", 0), told(semaphore.acquire, None, 1)]


@shows()
def lock_arguments():
    lock = threading.Lock()
    lock.acquire()
    return [told(lock.acquire, *arguments) for arguments in (
        (False,), (0,), (False, 1), (False, -1), (True, -2), (True, 0), ("x", 0), (True, "x"),
        (True, None), (None, 0), (True, 0.001), (True, 1e300), (True, float("nan")),
        (True, float("inf")), (1, 2, 3), (10**10, 0), (False, 0.0))]


@shows()
def rlock_arguments():
    lock = threading.RLock()
    return [told(lock.acquire, *arguments) for arguments in (
        (False,), (0,), (False, 1), (True, -2), (True, 0), ("x", 0), (True, "x"),
        (True, None), (True, 1e300), (True, float("nan")))] + [repr(lock)]


@shows()
def lock_not_held():
    return [told(threading.Lock().release), told(threading.RLock().release),
            told(threading.Lock().__exit__, None, None, None),
            told(threading.RLock().__exit__, None, None, None),
            told(threading.RLock()._release_save),
            told(threading.RLock()._acquire_restore, 5)]


@shows()
def bounded_over():
    bounded = threading.BoundedSemaphore(2)
    bounded.acquire()
    return [told(bounded.release), told(bounded.release), told(bounded.release, 2),
            bounded._value, told(bounded.__exit__, None, None, None)]


@shows()
def bounded_released_as_plain():
    bounded = threading.BoundedSemaphore(1)
    return told(threading.Semaphore.release, bounded), bounded._value, \
        told(bounded.release), told(bounded.acquire), bounded._value


@shows()
def exit_arguments():
    semaphore, cond = threading.Semaphore(), threading.Condition()
    semaphore.acquire(), cond.acquire()
    return [told(semaphore.__exit__, 1, 2, 3), told(cond.__exit__, 1, 2, 3), semaphore._value]


@shows()
def predicate_not_callable():
    cond = threading.Condition()
    with cond:
        return told(cond.wait_for, 5), told(cond.wait_for, None, 0), told(cond.wait_for)
