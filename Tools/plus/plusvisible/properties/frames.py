# Copyright PythonPlus contributors.
"""What debuggers, profilers and dumps see of calls and of waiting threads."""
import cProfile
import faulthandler
import os
import pstats
import queue
import sys
import tempfile
import threading
import traceback

from plusvisible.helpers import asleep, told
from plusvisible.table import shows


def condition_wait():
    cond = threading.Condition()
    with cond:
        cond.wait()


def condition_wait_for():
    cond = threading.Condition()
    with cond:
        cond.wait_for(lambda: 0)


def locked(lock):
    lock.acquire()
    return lock


HELD = threading.RLock()
WAITS = {
    "Condition.wait": condition_wait,
    "Condition.wait_for": condition_wait_for,
    "Event.wait": lambda: threading.Event().wait(),
    "Event.wait_with_timeout": lambda: threading.Event().wait(100),
    "Semaphore.acquire": lambda: threading.Semaphore(0).acquire(),
    "Semaphore.with": lambda: threading.Semaphore(0).__enter__(),
    "Lock.acquire": lambda: locked(threading.Lock()).acquire(),
    "RLock.acquire": lambda: HELD.acquire(),
    "Queue.get": lambda: queue.Queue().get(),
    "SimpleQueue.get": lambda: queue.SimpleQueue().get(),
    "Barrier.wait": lambda: threading.Barrier(2).wait(),
    "Thread.join": lambda: threading.main_thread().join(),
    "Timer": lambda: threading.Timer(100, int).run(),
}


def sleeper(name):
    HELD.acquire()
    return asleep(WAITS[name])


def innermost(frame, count=3):
    found = []
    while frame and len(found) < count:
        found.append((os.path.basename(frame.f_code.co_filename), frame.f_code.co_name))
        frame = frame.f_back
    return found


# One function of threading.py calls another there.
NESTED = ["Event.wait", "Event.wait_with_timeout", "Semaphore.acquire", "Semaphore.with", "Timer"]
# Those wait in C, without a function of threading.py.
ELSEWHERE = ["Lock.acquire", "RLock.acquire", "SimpleQueue.get", "Thread.join"]


@shows(over=WAITS, but={name: ("wait-frames",) for name in NESTED})
def current_frames(name):
    thread = sleeper(name)
    return innermost(sys._current_frames()[thread.ident])


@shows("wait-frames", over=WAITS, but={name: () for name in ELSEWHERE})
def stack_printed(name):
    thread = sleeper(name)
    stack = traceback.extract_stack(sys._current_frames()[thread.ident])
    return [(os.path.basename(each.filename), each.name, each.line) for each in stack[-3:]
            if each.filename == threading.__file__]


@shows(over=WAITS, but={name: ("wait-frames",) for name in NESTED})
def faulthandler_dump(name):
    sleeper(name)
    with tempfile.TemporaryFile("w+") as f:
        faulthandler.dump_traceback(f)
        f.seek(0)
        lines = f.read().split("Current thread")[0].splitlines()[1:4]
    return [os.path.basename(line.split('"')[1]) + line.rpartition(" in")[2] for line in lines]


@shows("wait-frames", over=["Condition.wait", "Event.wait", "Semaphore.acquire"])
def locals_of_the_wait(name):
    thread = sleeper(name)
    return sorted(sys._current_frames()[thread.ident].f_locals)


def use_condition():
    cond = threading.Condition()
    with cond:
        cond.notify()
        cond.wait(0)


def use_event():
    event = threading.Event()
    event.set()
    event.is_set()
    event.wait(0)
    event.clear()


def use_semaphore():
    one = threading.BoundedSemaphore()
    with one:
        one.acquire(False)


def use_lock():
    lock = threading.Lock()
    with lock:
        lock.acquire(False)


def use_queue():
    one = queue.Queue()
    one.put(1)
    one.get()


USES = {"Condition": use_condition, "Event": use_event, "Semaphore": use_semaphore,
        "Lock": use_lock, "Queue": use_queue}


def recorded(use, install, keep):
    """Return the events of a use, by (event, function) of what lies in threading.py."""
    events = []

    def hook(frame, event, argument):
        if frame.f_code.co_filename in (threading.__file__, queue.__file__):
            what = getattr(argument, "__name__", "") if event.startswith("c_") else ""
            events.append((event, frame.f_code.co_name, what))
        return hook if keep else None
    install(hook)
    try:
        use()
    finally:
        install(None)
    return events


@shows("native-calls", over=USES, but={"Lock": ()})
def traced(name):
    return recorded(USES[name], sys.settrace, False)


@shows("native-calls", over=USES, but={"Lock": ()})
def traced_by_line(name):
    events = recorded(USES[name], sys.settrace, True)
    return len(events), [event for event in events if event[0] == "return"]


@shows("native-calls", over=USES, but={"Lock": ()})
def profiled(name):
    return recorded(USES[name], sys.setprofile, False)


@shows(over=USES)
def c_calls_profiled(name):
    """Calls of what lies in C, out of the program itself."""
    calls = []
    def hook(frame, event, argument):
        if event == "c_call" and frame.f_code.co_filename == __file__:
            calls.append(argument.__name__)
    sys.setprofile(hook)
    USES[name]()
    sys.setprofile(None)
    return calls


@shows("native-calls", over=USES, but={"Lock": ()})
def monitored(name):
    events, monitoring = [], sys.monitoring
    monitoring.use_tool_id(3, "visible")
    def start(code, offset):
        if code.co_filename == threading.__file__:
            events.append(code.co_name)
    monitoring.register_callback(3, monitoring.events.PY_START, start)
    monitoring.set_events(3, monitoring.events.PY_START)
    USES[name]()
    monitoring.set_events(3, 0)
    return events


@shows(over=USES)
def calls_monitored(name):
    events, monitoring = [], sys.monitoring
    monitoring.use_tool_id(3, "visible")
    def call(code, offset, function, first):
        if code.co_filename == __file__:
            events.append((getattr(function, "__qualname__", ""), type(function).__name__))
    monitoring.register_callback(3, monitoring.events.CALL, call)
    monitoring.set_events(3, monitoring.events.CALL)
    USES[name]()
    monitoring.set_events(3, 0)
    return events


@shows("native-calls", over=USES, but={"Lock": ()})
def cprofile(name):
    profile = cProfile.Profile()
    profile.runcall(USES[name])
    return sorted((os.path.basename(path), function) for path, _, function
                  in pstats.Stats(profile).stats if path == threading.__file__)


@shows(over=["Condition.notify", "Condition.wait", "BoundedSemaphore.release",
             "Semaphore.acquire", "Event.wait"],
       but={"BoundedSemaphore.release": ("native-tracebacks",)})
def traceback_of_an_error(path):
    cond, bounded = threading.Condition(), threading.BoundedSemaphore()
    call = {"Condition.notify": cond.notify, "Condition.wait": cond.wait,
            "BoundedSemaphore.release": bounded.release,
            "Semaphore.acquire": lambda: bounded.acquire(False, 1),
            "Event.wait": lambda: threading.Event().wait("x")}[path]
    try:
        call()
    except Exception as error:
        return [(os.path.basename(each.filename), each.name, each.line)
                for each in traceback.extract_tb(error.__traceback__)][1:]


@shows()
def predicate_called_from():
    cond, found = threading.Condition(), []
    def predicate():
        found.append(innermost(sys._getframe(1), 2))
        return True
    with cond:
        cond.wait_for(predicate)
    return found


@shows()
def foreign_lock_called_from():
    found = []
    class Lock:
        def acquire(self, *args): found.append(innermost(sys._getframe(1), 2)); return True
        def release(self): found.append(innermost(sys._getframe(1), 2))
        def _is_owned(self): return True
    cond = threading.Condition(Lock())
    cond.wait(0)
    return found


@shows("wait-frames")
def handler_called_from():
    import signal
    found = []
    def handler(signum, frame):
        found.append(innermost(frame, 2))
    signal.signal(signal.SIGALRM, handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    threading.Event().wait(0.2)
    return found


@shows("wait-frames")
def interrupted_in():
    import signal
    signal.signal(signal.SIGALRM, signal.default_int_handler)
    signal.setitimer(signal.ITIMER_REAL, 0.05)
    try:
        threading.Event().wait(10)
    except KeyboardInterrupt as error:
        return [(os.path.basename(each.filename), each.name)
                for each in traceback.extract_tb(error.__traceback__)][1:]


@shows()
def recursion_limit():
    """How deep a condition's wait goes below its caller."""
    def deep(n):
        return told(threading.Event().wait, 0) if n == 0 else deep(n - 1)
    sys.setrecursionlimit(60)
    answers = []
    for n in range(60):
        try:
            answers.append(str(deep(n)))
        except RecursionError:
            answers.append("too deep here")
    return sorted(set(answers), key=answers.index)


@shows("native-calls")
def debugger_stops_in():
    """A debugger that steps into a call."""
    import bdb
    stops = []

    class Debugger(bdb.Bdb):
        def user_call(self, frame, _):
            stops.append((os.path.basename(frame.f_code.co_filename), frame.f_code.co_name))
    Debugger().runcall(USES["Event"])
    return [stop for stop in stops if stop[0] == "threading.py"]


@shows("native-calls")
def thread_hooks():
    events = []
    def hook(frame, event, argument):
        if frame.f_code.co_filename == threading.__file__:
            events.append(frame.f_code.co_name)
    threading.setprofile(hook)
    thread = threading.Thread(target=threading.Event().wait, args=(0,))
    thread.start(), thread.join()
    return sorted(set(events))
