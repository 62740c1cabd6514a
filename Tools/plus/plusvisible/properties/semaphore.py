# Copyright PythonPlus contributors.
"""What semaphores do, and what they are made of."""
import threading

from plusvisible.helpers import Runs, asleep, get, still, told
from plusvisible.table import shows

Semaphore, BoundedSemaphore = threading.Semaphore, threading.BoundedSemaphore
BOTH = ["Semaphore", "BoundedSemaphore"]


@shows(over=BOTH)
def results(name):
    one = get(name)(2)
    with one as entered:
        return [entered, one._value, one.acquire(), one.acquire(False), one.acquire(timeout=0),
                one.acquire(timeout=0.001), one.acquire(True, 0), one.release(), one._value]


@shows(over=BOTH)
def representation(name):
    one = get(name)(3)
    shown = [repr(one)]
    one.acquire()
    return shown + [repr(one)]


@shows(over=BOTH)
def attributes(name):
    one = get(name)(3)
    return list(vars(one)), one._value, type(one._cond), type(one._cond._lock), \
        told(lambda: one._initial_value)


@shows()
def released_by_many():
    one = Semaphore(0)
    threads = [asleep(one.acquire) for _ in range(4)]
    one.release(3)
    return sorted(str(thread.result(0.5)) for thread in threads), one._value


@shows()
def released_beyond_the_waiters():
    one = Semaphore(0)
    thread = asleep(one.acquire)
    return one.release(5), thread.result(), one._value


@shows(over=["5", "0", "-1", "2.5", "'x'", "None", "True", "10**30"])
def value_written(text):
    one = Semaphore()
    one._value = eval(text)
    return one._value, repr(one), Runs(one.acquire, False).result(2), one._value, \
        told(one.release), one._value


@shows()
def value_written_wakes_nobody():
    one = Semaphore(0)
    thread = asleep(one.acquire)
    one._value = 1
    return still(thread), one._value


@shows()
def value_through_vars():
    one = Semaphore(3)
    vars(one)["_value"] = 7
    one.acquire()
    return vars(one)["_value"], one._value


@shows()
def value_deleted():
    one = Semaphore()
    del one._value
    return told(one.acquire, False), told(one.release), told(repr, one)


@shows()
def value_changed_in_place():
    one = Semaphore(2)
    one._value += 3
    one._value -= 1
    return one._value, [one.acquire(False) for _ in range(5)]


@shows()
def negative_value():
    """As a program that owes units would."""
    one = Semaphore(0)
    one._value = -1
    return Runs(one.acquire, timeout=0.05).result(), one._value


@shows(over=["5", "0", "-1", "None", "'x'"])
def initial_value_written(text):
    one = BoundedSemaphore(2)
    one._initial_value = eval(text)
    return told(one.release), one._value, one._initial_value, repr(one)


@shows()
def initial_value_deleted():
    one = BoundedSemaphore(2)
    del one._initial_value
    return told(one.release), told(repr, one), told(one.acquire)


@shows()
def cond_deleted():
    one = Semaphore(1)
    del one._cond
    return told(one.acquire), told(one.release), told(repr, one)


@shows()
def cond_replaced():
    one = Semaphore(0)
    one._cond = threading.Condition()
    thread = asleep(one.acquire)
    seen = len(one._cond._waiters)
    one.release()
    return seen, thread.result()


@shows()
def waiters_seen():
    one = Semaphore(0)
    waiters = one._cond._waiters
    threads = [asleep(one.acquire) for _ in range(2)]
    seen = len(waiters)
    one.release(2)
    return seen, [thread.result() for thread in threads]


@shows()
def waiters_seen_after_they_sleep():
    one = Semaphore(0)
    threads = [asleep(one.acquire) for _ in range(2)]
    seen = len(one._cond._waiters)
    one.release(2)
    return seen, [thread.result() for thread in threads]


@shows()
def cond_notified():
    one = Semaphore(0)
    thread = asleep(one.acquire)
    with one._cond:
        one._value += 1
        one._cond.notify()
    return thread.result(), one._value


@shows()
def cond_guards():
    one = Semaphore(1)
    with one._cond:
        threads = asleep(one.acquire), asleep(one.release)
        inside = [still(thread) for thread in threads]
    return inside, [thread.result() for thread in threads], one._value


@shows()
def guarded_by_a_subclass():
    """A class that checks and takes by itself, beside what it inherits."""
    class Trying(Semaphore):
        def take(self):
            with self._cond:
                if self._value > 0:
                    self._value -= 1
                    return True
                return False
    one = Trying(3)
    return [one.take(), one.acquire(False), one.take(), one.take(), one.acquire(False)], one._value


@shows()
def called_through_the_class():
    one = BoundedSemaphore(2)
    return [told(Semaphore.acquire, one), told(BoundedSemaphore.acquire, one, False),
            told(Semaphore.release, one), told(BoundedSemaphore.release, one), one._value,
            told(BoundedSemaphore.release, Semaphore())]


@shows(over=["acquire", "release", "__enter__", "__exit__", "__init__", "__repr__"])
def method_replaced_on_the_class(name):
    before, calls = getattr(Semaphore, name), []
    def replaced(self, *args, **kwargs):
        calls.append(name)
        return before(self, *args, **kwargs)
    setattr(Semaphore, name, replaced)
    one, other = Semaphore(1), BoundedSemaphore(1)
    for each in one, other:
        with each:
            repr(each)
        each.acquire(), each.release()
    setattr(Semaphore, name, before)
    return calls


@shows(over=["acquire", "release"])
def method_replaced_on_the_instance(name):
    one, calls = Semaphore(1), []
    setattr(one, name, lambda *args: calls.append(args))
    with one:
        pass
    return calls, getattr(one, name)(5), one._value


@shows()
def initialized_again():
    one = BoundedSemaphore(2)
    one.acquire()
    one.__init__(5)
    return one._value, one._initial_value


@shows()
def initialized_again_while_others_wait():
    one = Semaphore(0)
    thread = asleep(one.acquire)
    one.__init__(0)
    one.release()
    return still(thread), one._value


@shows()
def initialization_that_fails():
    one = Semaphore(2)
    return told(one.__init__, -1), one._value


@shows()
def exit_releases_when_it_raises():
    one = Semaphore(1)
    def inside():
        with one:
            raise KeyError("inside")
    return told(inside), one._value


@shows()
def many_units():
    one = Semaphore(10**20)
    one.acquire()
    return one._value == 10**20 - 1, one.release(10**25), one._value == 10**25 + 10**20


@shows()
def subclass_of_int_and_float():
    class Units(int):
        pass
    one = Semaphore(Units(3))
    return type(one._value).__name__, one.acquire(), type(one._value).__name__, \
        one.release(Units(2)), one._value


@shows()
def value_with_operators_of_its_own():
    log = []
    class Counted:
        def __lt__(self, other): log.append("lt"); return False
        def __eq__(self, other): log.append("eq"); return False
        def __sub__(self, other): log.append("sub"); return self
        def __isub__(self, other): log.append("isub"); return self
        def __add__(self, other): log.append("add"); return self
        def __iadd__(self, other): log.append("iadd"); return self
        __hash__ = None
    one = told(Semaphore, Counted())
    return [told(one.acquire), told(one.release), log] if isinstance(one, Semaphore) else one
