# Copyright PythonPlus contributors.
"""What classes that programs derive override, and what they do with the state inside."""
import threading

from plusvisible.helpers import CLASSES, asleep, get, still, told, uses
from plusvisible.table import shows


@shows()
def class_assigned_overrides():
    log = []
    class Logged(threading.Condition):
        def notify(self, n=1):
            log.append(n)
            super().notify(n)
    class Owned(threading.Condition):
        def _is_owned(self):
            log.append("owned")
            return True
    first, second = threading.Condition(), threading.Condition(threading.Lock())
    first.__class__, second.__class__ = Logged, Owned
    with first:
        first.notify_all()
    return told(second.notify), log


@shows(over=["Event-_flag", "Semaphore-_value", "BoundedSemaphore-_initial_value",
             "Condition-_lock", "Condition-_waiters", "Event-_cond", "Semaphore-_cond"])
def property_of_an_own_name(item):
    name, attribute = item.split("-")
    log = []
    def read(self):
        log.append("read")
        return self.kept
    def write(self, value):
        log.append("write")
        self.kept = value
    cls = type("Mine", (get(name),), {attribute: property(read, write)})
    one = told(cls)
    return (uses(name, one), log) if isinstance(one, cls) else one


@shows(over=["Event-_flag", "Semaphore-_value"])
def class_attribute_of_an_own_name(item):
    name, attribute = item.split("-")
    cls = type("Mine", (get(name),), {attribute: 5})
    return told(lambda: getattr(cls, attribute)), told(lambda: getattr(cls(), attribute))


@shows("class-attributes", over=["Event-_flag", "Semaphore-_value"])
def an_own_name_of_the_class(item):
    name, attribute = item.split("-")
    return told(lambda: getattr(get(name), attribute))


@shows(over=CLASSES)
def attribute_access_overridden(name):
    reads, writes = [], []
    class Mine(get(name)):
        def __getattribute__(self, attribute):
            if not attribute.startswith("__"):
                reads.append(attribute)
            return super().__getattribute__(attribute)
        def __setattr__(self, attribute, value):
            writes.append(attribute)
            super().__setattr__(attribute, value)
    one = Mine()
    return uses(name, one), reads, writes


@shows(over=CLASSES)
def missing_attributes(name):
    asked = []
    class Mine(get(name)):
        def __getattr__(self, attribute):
            asked.append(attribute)
            raise AttributeError(attribute)
    return uses(name, Mine()), asked


@shows()
def notify_result():
    class Mine(threading.Condition):
        def notify(self, n=1):
            super().notify(n)
            return 5
    one = Mine()
    with one:
        return one.notify(), one.notify_all(), one.notifyAll.__name__


@shows(over=["notify", "wait", "_is_owned", "_release_save", "_acquire_restore", "acquire",
             "release", "__enter__", "__exit__", "wait_for", "notify_all"])
def condition_overridden(method):
    log = []
    def mine(self, *args):
        log.append(method)
        return getattr(super(cls, self), method)(*args)
    cls = type("Mine", (threading.Condition,), {method: mine})
    one = cls(threading.Lock())
    def use():
        with one:
            one.notify(), one.notify_all(), one.wait(0), one.wait_for(lambda: 1)
    return told(use), log


@shows(over=["acquire", "release", "__enter__", "__exit__"])
def semaphore_overridden(method):
    log = []
    def mine(self, *args):
        log.append(method)
        return getattr(super(cls, self), method)(*args)
    cls = type("Mine", (threading.BoundedSemaphore,), {method: mine})
    one = cls(1)
    with one:
        pass
    return one.acquire(), one.release(), log


@shows(over=["set", "clear", "is_set", "wait"])
def event_overridden(method):
    log = []
    def mine(self, *args):
        log.append(method)
        return getattr(super(cls, self), method)(*args)
    cls = type("Mine", (threading.Event,), {method: mine})
    one = cls()
    one.wait(0), one.set(), one.is_set(), one.clear(), repr(one)
    return log


@shows()
def own_waiting_in_a_condition():
    """A class that counts who waits, with the attributes of the condition."""
    class Counting(threading.Condition):
        def waiting(self):
            with self:
                return len(self._waiters)
        def kick(self):
            with self:
                self._waiters.popleft().release()
    one = Counting()
    def wait():
        with one:
            return one.wait()
    thread = asleep(wait)
    return one.waiting(), one.kick(), thread.result(), one.waiting()


@shows()
def wait_inherited_from_a_class_that_appends():
    """As asyncio-like bridges do: a waiter of their own kind in the queue."""
    woken = []
    class Callback:
        def release(self): woken.append(1)
    class Bridge(threading.Condition):
        def add(self):
            self._waiters.append(Callback())
    one = Bridge()
    with one:
        one.add(), one.add()
        one.notify()
        return told(one.notify_all), woken, len(one._waiters)


@shows()
def event_with_callbacks():
    class Calling(threading.Event):
        def __init__(self):
            super().__init__()
            self._callbacks = []
        def set(self):
            with self._cond:
                self._flag = True
                self._cond.notify_all()
                for each in self._callbacks:
                    each()
    one, log = Calling(), []
    one._callbacks.append(lambda: log.append("called"))
    thread = asleep(one.wait)
    one.set()
    return thread.result(), log, one.is_set()


@shows()
def event_that_resets_itself():
    class Auto(threading.Event):
        def wait(self, timeout=None):
            with self._cond:
                found = self._flag or self._cond.wait(timeout)
                self._flag = False
                return found
    one = Auto()
    threads = [asleep(one.wait) for _ in range(2)]
    one.set()
    return [thread.result() for thread in threads], one.is_set()


@shows()
def semaphore_that_grows():
    class Growing(threading.Semaphore):
        def grow(self, n):
            with self._cond:
                self._value += n
                self._cond.notify(n)
    one = Growing(0)
    threads = [asleep(one.acquire) for _ in range(2)]
    one.grow(2)
    return [thread.result() for thread in threads], one._value


@shows()
def semaphore_that_counts_waiters():
    class Counting(threading.Semaphore):
        waiting = property(lambda self: len(self._cond._waiters))
    one = Counting(0)
    threads = [asleep(one.acquire) for _ in range(2)]
    seen = one.waiting
    one.release(2)
    return seen, [thread.result() for thread in threads], one.waiting, one._value


@shows()
def recursion_in_an_override():
    class Mine(threading.Event):
        def is_set(self):
            return threading.Event.is_set(self) or self.parent is not None
        parent = None
    one = Mine()
    one.parent = threading.Event()
    return one.is_set(), still(asleep(one.wait, 9)), repr(one)
