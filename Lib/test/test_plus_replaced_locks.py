"""A library that replaces threading's locks, as gevent and eventlet do.

Its lock switches between tasks of one thread.  All that CPython makes of that
lock must go on to wait by it, and by nothing else.
"""

import queue
import threading
import unittest
from test.support import plus_helper, script_helper, threading_helper

threading_helper.requires_working_threading(module=True)

# Every lock and every blocking acquire() is noted; nobody else runs, so a wait by
# another lock would never end.  WAKE is what the other task does meanwhile.
SCRIPT = """if True:
    import faulthandler, queue, threading, time
    faulthandler.dump_traceback_later(60, exit=True)

    class TaskLock:
        waits = 0
        others = []                 # the other tasks

        def __init__(self):
            self.taken = False

        def acquire(self, blocking=True, timeout=-1):
            if self.taken and blocking:
                TaskLock.waits += 1
                while self.taken and self.others:
                    self.others.pop(0)()
                assert not self.taken or timeout >= 0, "nobody else can run"
            if self.taken:
                return False
            self.taken = True
            return True

        def release(self):
            assert self.taken
            self.taken = False

        def locked(self):
            return self.taken

        __enter__ = acquire

        def __exit__(self, *exc):
            self.release()

    before, originals = threading.Condition(), dict(vars(threading))
    threading._allocate_lock = threading.Lock = TaskLock
    threading.RLock = threading._PyRLock
    %s
    """


def run(script):
    script_helper.assert_python_ok("-c", SCRIPT % script.replace("\n", "\n    "))


@unittest.skipUnless(plus_helper.NATIVE_CONDITION, "needs native conditions")
class ReplacedLocks(unittest.TestCase):
    def test_condition(self):
        run("""
def notify():
    with cond:
        cond.notify()

cond = threading.Condition()
assert isinstance(cond, threading.Condition)
with cond:
    TaskLock.others.append(notify)
    assert cond.wait() is True
    assert cond.wait(0.001) is False
assert TaskLock.waits == 2, TaskLock.waits
""")

    def test_condition_with_a_lock(self):
        run("""
lock = TaskLock()
cond = threading.Condition(lock)
assert cond._lock is lock
with cond:
    assert cond.wait(0.001) is False
assert TaskLock.waits == 1, TaskLock.waits
""")

    def test_event(self):
        run("""
event = threading.Event()
assert isinstance(event, threading.Event)
assert not event.is_set() and "unset" in repr(event)
TaskLock.others.append(event.set)
assert event.wait() and event.is_set()
event.clear()
assert not event.wait(0.001)
assert TaskLock.waits == 2, TaskLock.waits
""")

    def test_semaphores(self):
        run("""
for kind in threading.Semaphore, threading.BoundedSemaphore:
    waits = TaskLock.waits
    semaphore = kind(1)
    assert isinstance(semaphore, kind) and isinstance(semaphore, threading.Semaphore)
    with semaphore:
        TaskLock.others.append(semaphore.release)
        assert semaphore.acquire()
    assert TaskLock.waits == waits + 1
    assert semaphore._value == 1
try:
    semaphore.release()
except ValueError:
    pass
else:
    raise AssertionError
""")

    def test_queue(self):
        run("""
q = queue.Queue(1)
TaskLock.others.append(lambda: q.put(1))
assert q.get() == 1
assert TaskLock.waits == 1
""")

    def test_what_was_made_before(self):
        # It keeps its lock, but waits by a new one.
        run("""
with before:
    assert before.wait(0.001) is False
assert TaskLock.waits == 1
""")

    def test_restored(self):
        run("""
from test.support.plus_helper import is_native
assert not is_native(threading.Event()) and not is_native(threading.Condition())
for name in "_allocate_lock", "Lock", "RLock":
    setattr(threading, name, originals[name])
assert is_native(threading.Event()) and is_native(threading.Condition())
""")

    def test_nothing_of_that_without_a_replacement(self):
        for made in threading.Condition(), threading.Event(), queue.Queue().not_empty:
            self.assertTrue(plus_helper.is_native(made))

    def test_any_of_the_names(self):
        # Lock profilers and checkers of lock order replace the public ones.
        run("""
from test.support.plus_helper import is_native
kinds = {"Condition": threading.Condition, "Event": threading.Event,
         "Semaphore": threading.Semaphore}
uses = {"Lock": ("Event", "Semaphore"), "RLock": ("Condition",), "_CRLock": ("Condition",),
        "Condition": ("Event", "Semaphore")}
for name in "_allocate_lock", "Lock", "RLock":
    setattr(threading, name, originals[name])
for name, users in uses.items():
    class Other:
        def __new__(cls, *args):
            return originals[name](*args)
    setattr(threading, name, Other)
    for kind, cls in kinds.items():
        assert is_native(cls()) is (kind not in users), (name, kind)
    setattr(threading, name, originals[name])
""")


class AnotherThreadModule(unittest.TestCase):
    """eventlet imports threading while a module of its own stands for _thread, which has
    what CPython's has."""

    def test_without_what_is_ours(self):
        script_helper.assert_python_ok("-c", """if True:
            import sys, types, _thread as true_thread
            OURS = {"atomic", "set_atomic", "get_atomic", "gil_info", "gil_stats",
                    "_Condition", "_Event", "_Semaphore", "_use_native"}
            assert OURS >= {"atomic", "gil_info"} & set(vars(true_thread))
            other = types.ModuleType("_thread")
            vars(other).update((name, value) for name, value in vars(true_thread).items()
                               if name not in OURS)
            sys.modules["_thread"] = other
            for name in "threading", "queue":
                sys.modules.pop(name, None)
            import threading, queue
            assert threading.atomic is true_thread.atomic
            with threading.atomic:
                assert true_thread.get_atomic()
            assert threading.Condition.__bases__ == (object,)

            def work():
                with cond:
                    ready.set()
                    items.put(cond.wait(30))
            cond, ready, items = threading.Condition(), threading.Event(), queue.Queue()
            thread = threading.Thread(target=work)
            thread.start()
            ready.wait()
            with cond:
                cond.notify()
            assert items.get(timeout=30) is True
            thread.join()
            """)


if __name__ == "__main__":
    unittest.main()
