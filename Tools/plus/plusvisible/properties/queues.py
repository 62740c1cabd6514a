# Copyright PythonPlus contributors.
"""The module queue, whose SimpleQueue waits natively."""
import inspect
import pickle
import queue
import threading
import weakref
import copy
import _queue

from plusvisible.helpers import asleep, still, told
from plusvisible.table import shows

CLASSES = ["Queue", "LifoQueue", "PriorityQueue", "SimpleQueue", "_PySimpleQueue"]
METHODS = ["put", "get", "put_nowait", "get_nowait", "qsize", "empty", "__init__"]
EACH = ["%s.%s" % (name, method) for name in CLASSES for method in METHODS]


def made(name):
    return getattr(queue, name)()


@shows(over=CLASSES)
def members(name):
    return dir(getattr(queue, name)), dir(made(name))


@shows(over=CLASSES)
def type_of(name):
    kind = getattr(queue, name)
    return kind.__mro__, kind.__module__, kind.__doc__, told(inspect.signature, kind), \
        told(vars, kind()) if name == "SimpleQueue" else sorted(vars(kind()))


@shows(over=EACH)
def method(path):
    name, method = path.split(".")
    found = getattr(getattr(queue, name), method)
    return type(found).__name__, told(inspect.signature, found), found.__qualname__, \
        found.__doc__


@shows(over=CLASSES)
def order(name):
    one = made(name)
    for each in (2, 3, 1):
        one.put(each)
    return one.qsize(), one.empty(), [one.get() for _ in range(3)], one.qsize(), one.empty()


@shows(over=CLASSES)
def empty(name):
    one = made(name)
    return told(one.get, False), told(one.get_nowait), told(one.get, True, 0), \
        told(one.get, timeout=0.001), told(one.get, True, -1), told(one.get, False, -1)


@shows(over=CLASSES)
def odd_arguments(name):
    one = made(name)
    return [told(one.put), told(one.put, 1, 2, 3, 4), told(one.put, item=1),
            told(one.put, 1, block=False, timeout=-5), told(one.get, 1, 2, 3),
            told(one.get, colour=1), told(one.get, block=0), told(one.qsize, 1)]


@shows(over=CLASSES)
def waited_for(name):
    one = made(name)
    threads = [asleep(one.get), asleep(one.get)]
    one.put("a"), one.put("b")
    return sorted(thread.result() for thread in threads)


@shows(over=CLASSES)
def pickled(name):
    return told(pickle.dumps, made(name)), type(told(copy.copy, made(name))).__name__, \
        str(told(copy.deepcopy, made(name)))


@shows(over=CLASSES)
def weakly(name):
    one = made(name)
    ref = weakref.ref(one)
    method = told(weakref.WeakMethod, one.put)
    del one
    return ref() is None, method if not isinstance(method, weakref.ref) else method() is None


@shows(over=CLASSES)
def derived(name):
    class Mine(getattr(queue, name)):
        def put(self, item, *args):
            super().put((item,), *args)
    one = Mine()
    one.put(3)
    one.colour = "red"
    return one.get(), sorted(vars(one)), repr(one).split(" at ")[0]


@shows()
def derived_queue():
    class Unique(queue.Queue):
        def _init(self, maxsize): self.queue = set()
        def _put(self, item): self.queue.add(item)
        def _get(self): return self.queue.pop()
    one = Unique()
    one.put(1), one.put(1)
    return one.qsize(), one.get(), told(one.get_nowait), one.unfinished_tasks


@shows()
def simple_queue():
    one = queue.SimpleQueue()
    return queue.SimpleQueue is _queue.SimpleQueue, repr(one), told(vars, one), \
        told(setattr, one, "colour", 1), told(queue.SimpleQueue, 1), one.put(1), \
        told(lambda: len(one)), told(iter, one), queue.SimpleQueue.__class_getitem__(int)


@shows()
def simple_queue_flags():
    return {bit: bool(queue.SimpleQueue.__flags__ & 1 << bit) for bit in range(6, 32)}


@shows()
def simple_queue_waiter_in_order():
    one, log = queue.SimpleQueue(), []
    threads = [asleep(lambda name=name: log.append((name, one.get()))) for name in "ab"]
    one.put(1)
    threads[0].result()
    one.put(2)
    threads[1].result()
    return log


@shows()
def simple_queue_put_by_a_finalizer():
    one = queue.SimpleQueue()
    class Last:
        def __del__(self): one.put("last words")
    Last()
    return one.get(timeout=1)


@shows()
def conditions_of_a_queue():
    one = queue.Queue(3)
    return [type(getattr(one, name)).__name__ for name in
            ("mutex", "not_empty", "not_full", "all_tasks_done")], \
        one.not_empty._lock is one.mutex, one.maxsize, one.unfinished_tasks, one.is_shutdown


@shows()
def waiters_of_a_queue():
    """As monitors of thread pools count the idle workers."""
    one = queue.Queue()
    threads = [asleep(one.get) for _ in range(2)]
    seen = len(one.not_empty._waiters)
    one.put(1), one.put(2)
    return seen, sorted(thread.result() for thread in threads), len(one.not_empty._waiters)


@shows()
def mutex_held_outside():
    """As asyncio bridges and clear() recipes do."""
    one = queue.Queue()
    one.put(1), one.put(2)
    with one.mutex:
        one.queue.clear()
        one.unfinished_tasks = 0
        one.all_tasks_done.notify_all()
        thread = asleep(one.put, 3)
        waits = still(thread)
    return waits, thread.result(), one.get()


@shows()
def shut_down():
    one = queue.Queue()
    thread = asleep(one.get)
    one.put(1), thread.result()
    waiting = asleep(one.get)
    one.shutdown()
    return waiting.result(), told(one.put, 1), told(one.get), one.is_shutdown, \
        told(one.shutdown, immediate=True), queue.ShutDown.__mro__[1]


@shows()
def full():
    one = queue.Queue(1)
    one.put(1)
    return told(one.put, 2, False), told(one.put, 2, True, 0.001), told(one.put, 2, True, -1), \
        told(one.put_nowait, 2), one.full(), told(one.task_done), told(one.task_done)


@shows()
def joined():
    one = queue.Queue()
    one.put(1)
    thread = asleep(one.join)
    waits = still(thread)
    one.get(), one.task_done()
    return waits, thread.result()


@shows()
def exceptions():
    return queue.Empty.__module__, queue.Empty is _queue.Empty, queue.Empty.__mro__, \
        queue.Full.__mro__, queue.Full.__module__


@shows()
def module_names():
    return sorted(vars(queue)), queue.__all__, sorted(vars(_queue)), _queue.__doc__


@shows()
def sizes():
    return queue.SimpleQueue().__sizeof__() > 0


@shows()
def executor():
    from concurrent.futures import ThreadPoolExecutor
    with ThreadPoolExecutor(1) as pool:
        result = pool.submit(lambda: threading.current_thread().name).result()
        return result, type(pool._work_queue).__name__, type(pool._idle_semaphore).__name__, \
            pool._idle_semaphore._value, type(pool._shutdown_lock).__name__
