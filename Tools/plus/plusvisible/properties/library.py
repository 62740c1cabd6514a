# Copyright PythonPlus contributors.
"""What modules of the standard library make of the types, and show of them."""
import asyncio
import concurrent.futures
import importlib
import io
import logging
import logging.handlers
import queue
import sched
import socketserver
import threading
import time

from plusvisible.helpers import Runs, asleep, fresh, told
from plusvisible.table import shows


@shows()
def future():
    one = concurrent.futures.Future()
    thread = asleep(one.result, 8)
    waiting = len(one._condition._waiters), type(one._condition).__name__, len(one._waiters)
    one.set_result(5)
    return waiting, thread.result(), repr(one).split(" at ")[0], told(one.set_result, 6)


@shows()
def future_times_out():
    one = concurrent.futures.Future()
    return told(one.result, 0), told(one.result, 0.001), told(one.exception, -1), \
        told(one.result, "x"), one.cancel(), told(one.result)


@shows()
def futures_waited_for():
    one, other = concurrent.futures.Future(), concurrent.futures.Future()
    one.set_result(1)
    done, pending = concurrent.futures.wait([one, other], timeout=0.01)
    return len(done), len(pending), told(lambda: list(
        concurrent.futures.as_completed([one, other], timeout=0.01)))


@shows()
def pool():
    with concurrent.futures.ThreadPoolExecutor(2, "named") as one:
        results = list(one.map(lambda n: n * n, range(5)))
        idle = one._idle_semaphore
    return results, type(idle).__name__, told(one.submit, int), sorted(vars(one))


@shows()
def pool_of_multiprocessing():
    from multiprocessing.pool import ThreadPool
    with ThreadPool(2) as one:
        result = one.map_async(abs, [-1, -2])
        return result.get(5), type(result._event).__name__, repr(result._event).split(" at ")[0]


@shows()
def dummy_of_multiprocessing():
    from multiprocessing import dummy
    return dummy.Event is threading.Event, dummy.Lock is threading.Lock, \
        dummy.Semaphore is threading.Semaphore, dummy.Condition is threading.Condition


@shows()
def manager():
    """Locks and events that live in a server of their own, and their proxies."""
    from multiprocessing import get_context
    with get_context("fork").Manager() as server:
        event, semaphore, cond = server.Event(), server.Semaphore(2), server.Condition()
        event.set()
        with cond:
            told_of_it = told(cond.notify), told(cond.wait, 0)
        return event.is_set(), event.wait(0), semaphore.acquire(), told_of_it, \
            str(event).split(" at ")[0], event._exposed_, told(semaphore.release)


@shows()
def registry_of_managers():
    from multiprocessing.managers import SyncManager, public_methods
    return [(name, public_methods(entry[0]()) if name != "Barrier" else None)
            for name, entry in SyncManager._registry.items()
            if name in ("Event", "Lock", "RLock", "Semaphore", "BoundedSemaphore", "Condition")]


@shows()
def logging_locks():
    handler = logging.StreamHandler(io.StringIO())
    handler.acquire()
    inside = handler.lock._is_owned()
    handler.release()
    return type(handler.lock).__name__, inside, type(logging._lock).__name__, \
        told(handler.release)


@shows()
def log_through_a_queue():
    out = io.StringIO()
    one = queue.SimpleQueue()
    listener = logging.handlers.QueueListener(one, logging.StreamHandler(out))
    listener.start()
    logger = logging.getLogger("visible")
    logger.addHandler(logging.handlers.QueueHandler(one))
    logger.warning("seen")
    listener.stop()
    return out.getvalue()


@shows()
def log_of_an_event():
    out = io.StringIO()
    logging.basicConfig(stream=out)
    logging.warning("%s %r", threading.Event(), threading.Semaphore(2))
    return out.getvalue()


@shows()
def scheduler():
    log = []
    one = sched.scheduler(time.monotonic, time.sleep)
    one.enter(0, 1, log.append, ("first",))
    one.run()
    return log, type(one._lock).__name__


@shows()
def server():
    class Handler(socketserver.BaseRequestHandler):
        def handle(self): pass
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as one:
        flag = one._BaseServer__is_shut_down
        before = type(flag).__name__, flag.is_set()
        thread = Runs(one.serve_forever, 0.01)
        one.shutdown()
        return before, flag.is_set(), thread.result()


@shows()
def coroutine_from_a_thread():
    async def run():
        loop, log = asyncio.get_running_loop(), []
        event = threading.Event()

        async def inside():
            log.append("inside")
            event.set()
        asyncio.run_coroutine_threadsafe(inside(), loop)
        found = await loop.run_in_executor(None, event.wait, 5)
        return found, log
    return asyncio.run(run())


@shows()
def asyncio_has_its_own():
    return [getattr(asyncio, name) is getattr(threading, name)
            for name in ("Event", "Condition", "Semaphore", "BoundedSemaphore", "Lock",
                         "Barrier")], repr(asyncio.Event()).split(" at ")[0]


@shows()
def import_locks():
    lock = importlib._bootstrap._ModuleLock("visible")
    lock.acquire()
    return repr(lock).split(" at ")[0], type(lock.lock).__name__, lock.count, lock.release()


@shows()
def buffered_file():
    import os
    ours, theirs = os.pipe()
    with open(theirs, "wb") as f:
        thread = asleep(f.write, b"x")
        return thread.result(), f.flush(), os.read(ours, 5)


@shows()
def cached_property():
    import functools
    class Mine(threading.Event):
        @functools.cached_property
        def slow(self):
            return ["computed"]
    one = Mine()
    return one.slow is one.slow, "slow" in vars(one)


@shows()
def timer():
    log = []
    one = threading.Timer(0.01, log.append, ["rang"])
    one.start(), one.join()
    other = threading.Timer(100, log.append, ["never"])
    other.start(), other.cancel(), other.join()
    return log, one.finished.is_set(), other.finished.is_set(), sorted(vars(one))


@shows()
def unittest_of_threads():
    return fresh("""
import threading, unittest
class T(unittest.TestCase):
    def test_it(self):
        event = threading.Event()
        self.assertFalse(event.wait(0))
        self.assertIsInstance(event, threading.Event)
        with self.assertRaises(RuntimeError):
            threading.Condition().notify()
        with self.assertRaisesRegex(ValueError, "too many times"):
            threading.BoundedSemaphore(1).release()
unittest.main(verbosity=0, argv=["x"])
""")[-1]


@shows()
def doctest():
    import doctest
    import types
    module = types.ModuleType("sample", ">>> import threading\n>>> e = threading.Event()\n"
                              ">>> e.wait(0)\nFalse\n>>> e.set()\n>>> e.is_set()\nTrue\n"
                              ">>> threading.Semaphore(2) # doctest: +ELLIPSIS\n"
                              "<threading.Semaphore at 0x...: value=2>\n")
    return doctest.testmod(module)


@shows()
def pretty_printed():
    import pprint
    import reprlib
    return pprint.pformat([threading.Event(), {1: threading.Semaphore(2)}]), \
        len(reprlib.repr(threading.Condition())) > 0


@shows()
def sorted_and_searched():
    return told(sorted, [threading.Event(), threading.Event()]), \
        told(lambda: threading.Event() in [threading.Event()]), \
        told(lambda: max(threading.Lock(), threading.Lock()))


@shows()
def context_of_a_thread():
    import contextvars
    variable = contextvars.ContextVar("v", default=1)
    variable.set(2)
    return asleep(variable.get).result(), \
        contextvars.copy_context().run(threading.Event().wait, 0)


@shows()
def generators_that_wait():
    def waiting(event):
        while not event.wait(0):
            yield "not yet"
        yield "set"
    event = threading.Event()
    one = waiting(event)
    first = next(one)
    event.set()
    return first, list(one)


@shows()
def ast_of_the_source():
    import ast
    import inspect
    tree = ast.parse(inspect.getsource(threading.Condition))
    return [each.name for each in tree.body[0].body if isinstance(each, ast.FunctionDef)]


@shows()
def compiled_again():
    """As tools do that rewrite functions: coverage, numba, cloudpickle."""
    import types
    function = threading.Event.is_set
    again = types.FunctionType(function.__code__, function.__globals__, function.__name__,
                               function.__defaults__, function.__closure__)
    event = threading.Event()
    event.set()
    return again(event), again.__qualname__, again.__code__ is function.__code__


@shows()
def all_methods_compiled_again():
    import types
    names = ("set", "clear", "is_set", "wait", "__init__", "__repr__")
    again = {name: types.FunctionType(vars(threading.Event)[name].__code__, vars(threading),
                                      name, vars(threading.Event)[name].__defaults__)
             for name in names}
    cls = type("Again", (), again)
    event = cls()
    return event.wait(0), event.set(), event.wait(), event.is_set(), sorted(vars(event))


@shows()
def methods_lent_to_another_class():
    class Lent:
        __init__ = threading.Semaphore.__init__
        acquire = threading.Semaphore.acquire
        release = threading.Semaphore.release
    one = Lent()
    return one.acquire(), one.acquire(False), one.release(), one._value, sorted(vars(one))


@shows()
def condition_lent_to_another_class():
    class Lent:
        locals().update({name: value for name, value in vars(threading.Condition).items()
                         if callable(value)})
    one = Lent()
    with one:
        return one.wait(0), one.notify(), one.notify_all(), repr(one).split("(")[0], \
            sorted(vars(one))
