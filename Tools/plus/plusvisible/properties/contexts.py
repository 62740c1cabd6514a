# Copyright PythonPlus contributors.
"""The types as context managers, and as what asyncio and functools are given."""
import asyncio
import contextlib
import functools
import operator
import threading
import typing
import unittest

from plusvisible.helpers import Runs, asleep, get, told
from plusvisible.table import shows

MANAGERS = ["Lock", "RLock", "Condition", "Semaphore", "BoundedSemaphore"]


@shows(over=MANAGERS)
def exit_stack(name):
    one = get(name)()
    with contextlib.ExitStack() as stack:
        entered = stack.enter_context(one)
        stack.push(lambda *_: None)
        inside = Runs(one.acquire, False).result()
    return entered, inside, one.acquire(False)


@shows(over=MANAGERS)
def exit_stack_pushed(name):
    one = get(name)()
    one.acquire()
    with contextlib.ExitStack() as stack:
        stack.push(one)
    return one.acquire(False)


@shows(over=MANAGERS)
def async_exit_stack(name):
    one = get(name)()

    async def run():
        async with contextlib.AsyncExitStack() as stack:
            return stack.enter_context(one), told(stack.push_async_exit, one)
    return told(asyncio.run, run()), told(one.acquire, False)


@shows(over=MANAGERS)
def async_with(name):
    async def run():
        async with get(name)():
            pass
    return told(asyncio.run, run())


@shows(over=MANAGERS)
def test_case(name):
    one = get(name)()

    class Case(unittest.TestCase):
        def runTest(self):
            self.entered = self.enterContext(one)
    case = Case()
    result = unittest.TestResult()
    case.run(result)
    return result.errors, case.entered, one.acquire(False)


@shows(over=MANAGERS)
def expanded(name):
    """The with statement as the language reference writes it out."""
    one = get(name)()
    enter, leave = type(one).__enter__, type(one).__exit__
    return enter(one), leave(one, None, None, None), one.acquire(False)


@shows(over=MANAGERS + ["Event", "Barrier"])
def abstract_classes(name):
    one = get(name)(2) if name == "Barrier" else get(name)()
    return isinstance(one, contextlib.AbstractContextManager), \
        isinstance(one, typing.Hashable), isinstance(one, typing.Sized), \
        isinstance(one, contextlib.AbstractAsyncContextManager)


@shows()
def event_is_none():
    def use():
        with threading.Event():
            pass
    return told(use)


@shows(over=MANAGERS)
def exception_goes_through(name):
    one = get(name)()
    def use():
        with one:
            raise KeyError("inside")
    return told(use), one.acquire(False)


@shows(over=MANAGERS)
def closing_and_suppress(name):
    one = get(name)()
    with contextlib.suppress(KeyError), one:
        raise KeyError
    return one.acquire(False), told(contextlib.closing(one).__exit__)


@shows()
def partial():
    event, semaphore = threading.Event(), threading.Semaphore(0)
    set_it, take = functools.partial(event.set), functools.partial(semaphore.acquire, False)
    made = functools.partial(threading.Semaphore, 5)()
    return set_it(), event.is_set(), take(), made._value, \
        repr(set_it).split(" at ")[0].split("(")[0]


@shows()
def partial_method():
    class Mine(threading.Event):
        poll = functools.partialmethod(threading.Event.wait, 0)
    return Mine().poll()


@shows()
def method_caller():
    event = threading.Event()
    operator.methodcaller("set")(event)
    return operator.methodcaller("wait", timeout=0)(event), \
        operator.attrgetter("set")(event) == event.set


@shows()
def wraps():
    class Mine(threading.Event):
        @functools.wraps(threading.Event.wait)
        def wait(self, *args, **kwargs):
            return "mine"
    return Mine().wait(), Mine.wait.__wrapped__ is threading.Event.wait, Mine.wait.__name__, \
        Mine.wait.__doc__ == threading.Event.wait.__doc__


@shows()
def single_dispatch():
    @functools.singledispatch
    def kind(one): return "other"
    kind.register(threading.Event)(lambda one: "event")
    kind.register(threading.Semaphore)(lambda one: "semaphore")
    return [kind(get(name)()) for name in ("Event", "Semaphore", "BoundedSemaphore",
                                           "Condition")]


@shows()
def cached():
    @functools.lru_cache
    def look(one): return object()
    event = threading.Event()
    return look(event) is look(event), look(event.set) is look(event.set)


@shows()
def match_statement():
    def kind(one):
        match one:
            case threading.Event(_flag=True): return "set"
            case threading.Event(): return "event"
            case threading.Semaphore(_value=value): return value
            case _: return "other"
    event = threading.Event()
    event.set()
    return [kind(each) for each in (event, threading.Event(), threading.Semaphore(4),
                                    threading.Condition())]


@shows()
def in_an_executor():
    async def run():
        loop, event = asyncio.get_running_loop(), threading.Event()
        waiting = loop.run_in_executor(None, event.wait, 5)
        await asyncio.sleep(0.01)
        event.set()
        return await waiting, await asyncio.to_thread(event.wait)
    return asyncio.run(run())


@shows()
def as_callbacks():
    import atexit
    import concurrent.futures
    event, future = threading.Event(), concurrent.futures.Future()
    future.add_done_callback(lambda _: event.set())
    future.set_result(1)
    atexit.register(event.clear)
    return event.is_set(), atexit.unregister(event.clear), threading.Timer(0, event.clear).function


@shows()
def as_keyword_of_a_thread():
    event, semaphore = threading.Event(), threading.Semaphore(0)
    thread = threading.Thread(target=semaphore.acquire, kwargs={"timeout": 5})
    thread.start()
    semaphore.release()
    thread.join()
    other = threading.Thread(target=event.set)
    other.start(), other.join()
    return semaphore._value, event.is_set()


@shows()
def map_of_methods():
    events = [threading.Event() for _ in range(3)]
    list(map(threading.Event.set, events))
    return all(map(threading.Event.is_set, events)), [*filter(threading.Event.is_set, events)] \
        == events, sorted([e.wait for e in events], key=id) != []


@shows()
def barrier():
    one = threading.Barrier(2, action=lambda: log.append("action"))
    log = []
    thread = asleep(one.wait)
    waiting = one.n_waiting, repr(one).split(" at ")[1:]
    index = one.wait()
    return waiting[0], sorted([index, thread.result()]), log, one.broken, one.parties, \
        repr(one)


@shows()
def barrier_aborted():
    one = threading.Barrier(2)
    thread = asleep(one.wait)
    one.abort()
    return thread.result(), told(one.wait), one.broken, one.reset(), one.broken, repr(one), \
        type(one._cond).__name__, sorted(vars(one))


@shows()
def barrier_times_out():
    one = threading.Barrier(2, timeout=0.01)
    return told(one.wait), one.broken, told(threading.Barrier, 0), told(threading.Barrier, "x")
