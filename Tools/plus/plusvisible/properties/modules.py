# Copyright PythonPlus contributors.
"""The modules threading and _thread: names, star imports, copies and reloads."""
import importlib
import inspect
import sys
import threading
import types
import _thread

from plusvisible.helpers import asleep, fresh, told
from plusvisible.table import shows

# What is not a class of helpers.CLASSES, nor what this interpreter adds.
FUNCTIONS = sorted(name for name, value in vars(threading).items()
                   if isinstance(value, types.FunctionType) and name in threading.__all__)
PUBLIC = sorted(set(threading.__all__) - {"atomic"})
THREAD_METHODS = ["__init__", "start", "run", "join", "is_alive", "_set_ident", "_bootstrap",
                  "_bootstrap_inner", "__repr__", "isDaemon", "getName"]
NATIVE = ["start_new_thread", "start_joinable_thread", "allocate_lock", "exit",
          "interrupt_main", "get_ident", "get_native_id", "stack_size", "_count",
          "_is_main_interpreter", "_excepthook", "_shutdown",
          "daemon_threads_allowed", "_get_main_thread_ident", "_make_thread_handle"]


@shows("new-names")
def names_of_threading():
    return sorted(vars(threading))


@shows()
def names_that_threading_lacks():
    """Of CPython's 3.13: none may be missing."""
    known = """Barrier BoundedSemaphore BrokenBarrierError Condition Event ExceptHookArgs Lock
        RLock Semaphore TIMEOUT_MAX Thread ThreadError Timer WeakSet _CRLock _DummyThread
        _MainThread _PyRLock _RLock _active _active_limbo_lock _after_fork
        _allocate_lock _count _counter _dangling _daemon_threads_allowed _deque
        _get_main_thread_ident _islice _limbo _main_thread _make_excepthook
        _make_invoke_excepthook _newname _os _profile_hook _register_atexit _shutdown
        _sys _threading_atexits _time _trace_hook active_count activeCount current_thread
        currentThread enumerate excepthook functools get_ident get_native_id getprofile
        gettrace local main_thread setprofile setprofile_all_threads settrace
        settrace_all_threads stack_size warnings""".split()
    return [name for name in known if not hasattr(threading, name)]


@shows()
def all_of_threading():
    return threading.__all__


@shows()
def star_of_threading():
    scope = {}
    exec("from threading import *", scope)
    return sorted(scope)


@shows("new-names")
def names_of_thread():
    return sorted(vars(_thread))


@shows()
def star_of_thread():
    scope = {}
    exec("from _thread import *", scope)
    return sorted(scope)


@shows()
def star_of_thread_hides_nothing():
    """Names that the types of threading and asyncio have do not come from _thread."""
    scope = {}
    exec("from _thread import *", scope)
    return [name for name in ("Event", "Condition", "Semaphore", "BoundedSemaphore", "Lock",
                              "Barrier", "Queue", "Thread", "Timer")
            if name in scope]


@shows()
def asyncio_and_thread():
    return fresh("from asyncio import *\nfrom _thread import *\nprint(Event.__module__, "
                 "Condition.__module__, Semaphore.__module__, Lock.__module__)")


@shows(over=PUBLIC)
def public(name):
    value = getattr(threading, name)
    return type(value).__name__, getattr(value, "__module__", None), \
        getattr(value, "__qualname__", None), told(inspect.signature, value) \
        if callable(value) else value


@shows(over=FUNCTIONS)
def function(name):
    value = getattr(threading, name)
    return value.__doc__, value.__defaults__, value.__code__.co_names, \
        inspect.getfile(value), len(inspect.getsource(value))


@shows(over=THREAD_METHODS)
def thread_method(name):
    value = getattr(threading.Thread, name)
    return told(inspect.signature, value), value.__doc__, value.__code__.co_names, \
        len(inspect.getsource(value))


@shows(over=NATIVE, but={"allocate_lock": ("lock-docs",)})
def native(name):
    value = getattr(_thread, name)
    return type(value).__name__, value.__name__, value.__module__, value.__doc__, \
        told(inspect.signature, value), getattr(value, "__text_signature__", None)


@shows()
def docs_of_modules():
    return threading.__doc__, _thread.__doc__, threading.__file__, threading.__spec__.origin, \
        hasattr(_thread, "__file__"), _thread.__spec__.origin, threading.__loader__.name


@shows("new-names")
def source_of_threading():
    return inspect.getsource(threading) and len(inspect.getsource(threading).splitlines())


@shows()
def source_compiles():
    compile(inspect.getsource(threading), "threading.py", "exec")
    return inspect.getsourcefile(threading), inspect.getmodule(threading.Event.set).__name__


@shows()
def values():
    return threading.ThreadError is RuntimeError, _thread.error is RuntimeError, \
        threading.TIMEOUT_MAX == _thread.TIMEOUT_MAX, threading._HAVE_THREAD_NATIVE_ID, \
        threading.local is _thread._local, threading.get_ident is _thread.get_ident


@shows()
def reloaded():
    before = threading.Event
    again = importlib.reload(threading)
    thread = again.Thread(target=int)
    thread.start(), thread.join()
    return again is threading, threading.Event is before, threading.Event().wait(0), \
        isinstance(threading.Event(), before), repr(threading.Event())


@shows()
def reloaded_often():
    for _ in range(5):
        importlib.reload(threading)
    return fresh_frames(threading), threading.Event().wait(0.001), \
        threading.Semaphore().acquire()


def fresh_frames(module):
    """How many frames lie between a wait and what it calls."""
    depth = []
    class Probe:
        def __gt__(self, _):
            frame, count = sys._getframe(1), 0
            while frame and frame.f_code is not fresh_frames.__code__:
                frame, count = frame.f_back, count + 1
            depth.append(count)
            return False
    told(module.Event().wait, Probe())
    return depth


def copied():
    """A second copy of the module, as import_fresh_module() and eventlet make one."""
    before = sys.modules.pop("threading")
    try:
        return importlib.import_module("threading")
    finally:
        sys.modules["threading"] = before


@shows()
def copy_of_the_module():
    copy = copied()
    return copy is threading, copy.Event is threading.Event, copy.Lock is threading.Lock, \
        isinstance(copy.Event(), threading.Event), copy.Condition().__class__ is copy.Condition, \
        [each.__name__ for each in threading.Event.__subclasses__()]


@shows()
def copy_works():
    copy = copied()
    event = copy.Event()
    thread = asleep(event.wait)
    event.set()
    one = copy.Semaphore(2)
    cond = copy.Condition()
    with cond:
        return thread.result(), one.acquire(), cond.wait(0), fresh_frames(copy), \
            type(event._cond) is copy.Condition, type(event._cond) is threading.Condition


@shows()
def copy_with_replaced_locks():
    """The lock of one copy is replaced: the other is as it was."""
    copy, used = copied(), []
    def lock():
        used.append(1)
        return _thread.allocate_lock()
    copy._allocate_lock = lock
    first, second = threading.Condition(), copy.Condition()
    with first:
        first.wait(0)
    count = len(used)
    with second:
        second.wait(0)
    return count, len(used)


@shows()
def original_with_replaced_locks():
    copy, used = copied(), []
    def lock():
        used.append(1)
        return _thread.allocate_lock()
    threading._allocate_lock = lock
    first, second = threading.Condition(), copy.Condition()
    with second:
        second.wait(0)
    count = len(used)
    with first:
        first.wait(0)
    return count, len(used)


@shows()
def many_copies():
    for _ in range(10):
        copy = copied()
    return fresh_frames(copy), fresh_frames(threading)


@shows()
def fresh_module_of_test_support():
    from test.support.import_helper import import_fresh_module
    copy = import_fresh_module("threading", fresh=["_thread"])
    blocked = told(import_fresh_module, "queue", blocked=["_queue"])
    return copy.Event().wait(0), copy.Event.__module__, blocked.SimpleQueue.__module__


@shows()
def without_the_import_system():
    return fresh("""
import sys
for name in list(sys.modules):
    if name not in ("sys", "builtins"):
        del sys.modules[name]
import threading
print(threading.Event().wait(0.001), type(threading.Condition()).__name__)
""")


@shows()
def executed_by_runpy():
    import runpy
    scope = runpy.run_path(threading.__file__)
    event = scope["Event"]()
    event.set()
    return event.wait(), scope["Event"] is threading.Event, scope["Event"].__module__


@shows()
def thread_representation():
    thread = threading.Thread(target=int, name="mine")
    shown = [repr(thread)]
    thread.start(), thread.join()
    return shown + [repr(thread), repr(threading.main_thread()), sorted(vars(thread))]


@shows()
def thread_errors():
    thread = threading.Thread(target=int)
    answers = [told(thread.join)]
    thread.start()
    return answers + [told(thread.start), told(threading.current_thread().join),
                      told(threading.Thread, 1), told(threading.Thread, target=1, colour=2),
                      told(setattr, thread, "daemon", True)]


@shows(over=["start_new_thread(1)", "start_new_thread(1, ())", "start_new_thread(int, 1)",
             "start_new_thread(int, (), 1)", "stack_size(-1)", "stack_size(1)",
             "interrupt_main(-1)", "interrupt_main(1000)", "interrupt_main('x')",
             "get_ident(1)", "exit(1)", "allocate_lock(1)", "lock()", "RLock(1)"])
def native_errors(text):
    return told(eval, text, vars(_thread))


@shows("native-tracebacks")
def excepthook():
    import io
    out = io.StringIO()
    sys.stderr = out
    thread = threading.Thread(target=lambda: threading.BoundedSemaphore(1).release(), name="t")
    thread.start(), thread.join()
    return [line.strip() for line in out.getvalue().splitlines() if "File" not in line]


@shows()
def local():
    one = threading.local()
    one.colour = "red"
    seen = asleep(lambda: hasattr(one, "colour")).result()
    return seen, vars(one), told(threading.local, 1), threading.local.__mro__


@shows()
def dummy_thread():
    found = []
    _thread.start_new_thread(lambda: found.append(threading.current_thread()), ())
    while not found:
        pass
    return type(found[0]).__name__, found[0].daemon, type(found[0]._started).__name__, \
        found[0]._started.is_set()


@shows()
def enumeration():
    thread = asleep(threading.Event().wait)
    return threading.active_count(), [type(each).__name__ for each in threading.enumerate()], \
        thread.is_alive(), _thread._count()


@shows()
def atomic_is_new():
    """The name is free for programs that bring their own."""
    threading.atomic = "mine"
    _thread.set_atomic = "mine"
    event = threading.Event()
    event.set()
    return threading.atomic, event.wait(), _thread.set_atomic


@shows()
def module_attribute_deleted():
    del threading.Event
    return told(lambda: threading.Event), told(importlib.import_module, "threading") is threading
