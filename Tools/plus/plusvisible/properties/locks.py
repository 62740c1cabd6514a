# Copyright PythonPlus contributors.
"""Lock and RLock."""
import inspect
import threading
import _thread

from plusvisible.helpers import Runs, asleep, get, still, told
from plusvisible.table import shows

BOTH = ["Lock", "RLock"]
METHODS = {
    "Lock": ["acquire", "release", "locked", "acquire_lock", "release_lock", "locked_lock",
             "__enter__", "__exit__", "_at_fork_reinit", "__repr__", "__init__"],
    "RLock": ["acquire", "release", "__enter__", "__exit__", "_is_owned", "_acquire_restore",
              "_release_save", "_recursion_count", "_at_fork_reinit", "__repr__", "__init__"]}
EACH = ["%s.%s" % (name, method) for name in BOTH for method in METHODS[name]]


@shows(over=BOTH)
def type_of(name):
    kind = type(get(name)())
    return kind.__name__, kind.__module__, kind.__qualname__, [each.__name__ for each in
                                                                kind.__mro__], repr(kind)


@shows(over=BOTH)
def flags(name):
    return {bit: bool(type(get(name)()).__flags__ & 1 << bit) for bit in range(6, 32)}


@shows(over=BOTH)
def members(name):
    return dir(get(name)()), sorted(vars(type(get(name)())))


@shows(over=EACH)
def method(path):
    name, method = path.split(".")
    found = getattr(type(get(name)()), method)
    return type(found).__name__, found.__name__, found.__qualname__, \
        told(inspect.signature, found), getattr(found, "__text_signature__", "none")


# Ours say the same in other words, but for these.
@shows("lock-docs", over=EACH,
       but={"%s.%s" % (name, method): () for name, method in (
           [("Lock", "__init__"), ("RLock", "__init__")] +
           [(name, method) for name in BOTH for method in ("__exit__", "__repr__",
                                                           "_at_fork_reinit")])})
def doc(path):
    name, method = path.split(".")
    return getattr(type(get(name)()), method).__doc__


@shows(over=EACH)
def bound(path):
    name, method = path.split(".")
    one = get(name)()
    found = getattr(one, method)
    return type(found).__name__, found.__self__ is one, found == getattr(one, method), \
        inspect.isbuiltin(found), inspect.ismethod(found), told(inspect.signature, found)


@shows(over=BOTH, but={"Lock": ("lock-docs",)})
def class_doc(name):
    return type(get(name)()).__doc__, get(name).__doc__, told(inspect.signature, get(name))


@shows(over=BOTH)
def attributes_written(name):
    return told(setattr, get(name)(), "colour", "red"), \
        told(setattr, type(get(name)()), "colour", "red"), \
        told(vars, get(name)()), told(delattr, get(name)(), "acquire")


@shows()
def lock_repr():
    lock = threading.Lock()
    shown = [repr(lock)]
    lock.acquire()
    return shown + [repr(lock)]


@shows()
def rlock_repr():
    lock = threading.RLock()
    shown = [repr(lock)]
    lock.acquire(), lock.acquire()
    return shown + [repr(lock).replace(str(threading.get_ident()), "me")]


@shows()
def lock_results():
    lock = threading.Lock()
    return [lock.acquire(), lock.locked(), lock.acquire(False), lock.acquire(timeout=0),
            lock.release(), lock.locked(), lock.__enter__(), lock.__exit__(None, None, None),
            lock.acquire_lock(), lock.locked_lock(), lock.release_lock()]


@shows()
def rlock_results():
    lock = threading.RLock()
    return [lock.acquire(), lock.acquire(), lock._recursion_count(), lock._is_owned(),
            lock.release(), lock._is_owned(), lock.release(), lock._is_owned(),
            lock._recursion_count(), lock.__enter__(), lock.__exit__(None, None, None)]


@shows()
def rlock_saved():
    lock = threading.RLock()
    lock.acquire(), lock.acquire()
    state = lock._release_save()
    owned = lock._is_owned()
    lock._acquire_restore(state)
    return type(state), len(state), state[0], state[1] == threading.get_ident(), owned, \
        lock._recursion_count()


@shows(over=["(1,)", "(1, 2, 3)", "5", "('a', 'b')", "None", "(-1, 5)"])
def rlock_restored_from(text):
    lock = threading.RLock()
    return told(lock._acquire_restore, eval(text)), lock._recursion_count()


@shows()
def lock_released_by_another():
    lock = threading.Lock()
    lock.acquire()
    return Runs(lock.release).result(), lock.locked()


@shows()
def rlock_released_by_another():
    lock = threading.RLock()
    lock.acquire()
    return Runs(lock.release).result(), Runs(lock.acquire, False).result(), \
        Runs(lock._is_owned).result(), lock._recursion_count()


@shows()
def rlock_repr_by_another():
    lock = threading.RLock()
    lock.acquire()
    return Runs(lambda: "count=1" in repr(lock) and "<locked" in repr(lock)).result()


@shows(over=BOTH)
def waited_for(name):
    lock = get(name)()
    lock.acquire()
    thread = asleep(lock.acquire)
    alive = still(thread)
    lock.release()
    return alive, thread.result()


@shows(over=BOTH)
def reinit(name):
    lock = get(name)()
    lock.acquire()
    return lock._at_fork_reinit(), lock.acquire(False)


@shows("reinit-waiters", over=BOTH)
def reinit_with_waiters(name):
    """Without a fork: who waits was forgotten, or is served."""
    lock = get(name)()
    lock.acquire()
    thread = asleep(lock.acquire)
    lock._at_fork_reinit()
    return still(thread)


@shows()
def aliases():
    return threading.Lock is _thread.lock, _thread.allocate_lock.__name__, \
        _thread.LockType is _thread.lock, threading._allocate_lock is _thread.allocate_lock, \
        _thread.allocate is _thread.allocate_lock or type(_thread.allocate).__name__, \
        type(threading.RLock).__name__, threading._CRLock is _thread.RLock, \
        isinstance(threading.Lock(), _thread.LockType), \
        isinstance(threading.RLock(), _thread.RLock)


@shows()
def rlock_function():
    return told(inspect.signature, threading.RLock), inspect.isfunction(threading.RLock), \
        told(threading.RLock, 1), told(threading._CRLock, 1), told(_thread.lock, 1), \
        told(_thread.allocate_lock, 1), told(threading.RLock, x=1), told(_thread.lock, x=1)


@shows(over=BOTH)
def new(name):
    kind = type(get(name)())
    return type(kind.__new__(kind)).__name__, told(object.__new__, kind), told(kind.__new__)


@shows(over=BOTH)
def called_for_another_type(name):
    return told(type(get(name)()).acquire, 5), told(type(get(name)()).release)


@shows(over=BOTH)
def init_again(name):
    lock = get(name)()
    lock.acquire()
    return told(lock.__init__), told(lock.__init__, 1), repr(lock).split()[0]


@shows()
def python_rlock():
    lock = threading._PyRLock()
    lock.acquire(), lock.acquire()
    return repr(lock).split(" at ")[0], lock._recursion_count(), told(lock.release), \
        told(lock.release), told(lock.release), inspect.isfunction(lock.acquire.__func__)


@shows()
def deep_recursion():
    lock = threading.RLock()
    for _ in range(10000):
        lock.acquire()
    count = lock._recursion_count()
    for _ in range(10000):
        lock.release()
    return count, lock._recursion_count(), told(lock.release)


@shows(over=BOTH)
def compared(name):
    one, other = get(name)(), get(name)()
    return one == one, one == other, bool(one), told(lambda: one < other), \
        isinstance(hash(one), int)


@shows(over=BOTH)
def deleted_while_held(name):
    lock = get(name)()
    lock.acquire()
    del lock
    return True


@shows(over=BOTH)
def sizes(name):
    return get(name)().__sizeof__() > 0, type(get(name)()).__itemsize__
