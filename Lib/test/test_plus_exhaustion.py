"""Memory or threads run out: the caller gets an exception, and everything goes on.

Memory fails at the first allocation of an operation, then at the second, and so on, until
the operation needs no more.  Each time it must raise MemoryError or work as ever, and leave
nothing behind.
"""

import unittest
from test import support
from test.support import import_helper, threading_helper
from test.support.plus_helper import run_child_ok

import_helper.import_module("_testcapi")
threading_helper.requires_working_threading(module=True)

PRELUDE = """
import _testcapi, queue, sys, threading, time

def starve(act, most=200):
    # Returns how often it failed.  Nothing is allocated here while memory is short
    # but what act() needs.
    for n in range(most):
        failed = False
        _testcapi.set_nomemory(n)
        try:
            act()
        except MemoryError:
            failed = True
        finally:
            _testcapi.remove_mem_hooks()
        if not failed:
            return n
    raise AssertionError(f"{act} always fails")

def waiting_for(cond):
    return int(repr(cond).rpartition(", ")[2][:-2])
"""


@support.requires_subprocess()
class Memory(unittest.TestCase):
    def child(self, code):
        self.assertEqual(run_child_ok(PRELUDE + code + "\nprint('done')\n"), "done\n")

    def test_making(self):
        self.child("""
failures = 0
for make in (threading.Lock, threading.RLock, threading.Condition, threading.Event,
             threading.Semaphore, threading.BoundedSemaphore, queue.SimpleQueue,
             lambda: threading.Condition(threading.Lock()), lambda: threading.Barrier(2),
             lambda: queue.Queue(5)):
    failures += starve(make)
assert failures >= 10, failures
""")

    def test_waits_that_time_out(self):
        self.child("""
lock, cond, event = threading.Lock(), threading.Condition(), threading.Event()
semaphore, items = threading.Semaphore(0), queue.SimpleQueue()
lock.acquire()
cond.acquire()
def get():
    try:
        items.get(timeout=0.001)
    except queue.Empty:
        pass
waits = [lambda: lock.acquire(timeout=0.001), lambda: event.wait(0.001),
         lambda: cond.wait(0.001), lambda: cond.wait_for(list, 0.001),
         lambda: semaphore.acquire(timeout=0.001), get]
for wait in waits:
    starve(wait)
    assert cond._is_owned() and waiting_for(cond) == 0
    assert lock.locked() and not event.is_set() and semaphore._value == 0
# All as ever.
cond.release()
lock.release()
assert lock.acquire(timeout=1)
""")

    def test_wake_ups(self):
        # Who wakes needs no memory, so nobody who waits is forgotten.
        self.child("""
def check(wait, wake):
    thread = threading.Thread(target=wait)
    thread.start()
    while not waiting():
        time.sleep(0.001)
    starve(wake)
    thread.join(30)
    assert not thread.is_alive()
cond, event, semaphore = threading.Condition(), threading.Event(), threading.Semaphore(0)
def wait_for_condition():
    with cond:
        cond.wait()
def notify():
    with cond:
        cond.notify()
def waiting():
    return waiting_for(cond) or wait != wait_for_condition
wait = wait_for_condition
check(wait, notify)
for wait, wake in ((event.wait, event.set), (semaphore.acquire, semaphore.release)):
    check(wait, wake)
""")

    def test_starting_a_thread(self):
        # Not Thread.start(): in CPython it waits for ever for a thread that fails.
        self.child("""
import _thread
sys.unraisablehook = lambda *args: None
came = []
def wait_until(true):
    deadline = time.monotonic() + 30
    while not true() and time.monotonic() < deadline:
        time.sleep(0.001)
    assert true()
failed = 0
for n in range(40):
    _testcapi.set_nomemory(n, n + 1)
    try:
        _thread.start_new_thread(came.append, (1,))
    except (MemoryError, RuntimeError):
        failed += 1
    finally:
        _testcapi.remove_mem_hooks()
assert 0 < failed < 40, failed
_thread.start_new_thread(came.append, (2,))
wait_until(lambda: 2 in came and not _thread._count())
""")

    def test_atomic_blocks(self):
        self.child("""
def block():
    with threading.atomic:
        with threading.atomic:
            return [1]
starve(block)
import _thread
assert not _thread.get_atomic()
""")


@support.requires_subprocess()
class Threads(unittest.TestCase):
    def test_no_room_for_another_stack(self):
        resource = import_helper.import_module("resource")
        self.assertTrue(resource.RLIMIT_AS)
        self.assertEqual(run_child_ok("""
            import resource, threading
            with open("/proc/self/statm") as statm:
                used = int(statm.read().split()[0]) * resource.getpagesize()
            resource.setrlimit(resource.RLIMIT_AS, (used + (256 << 20),) * 2)
            threading.stack_size(16 << 20)
            go, came = threading.Event(), []
            def wait():
                go.wait()
                came.append(1)
            for attempt in range(3):
                threads = []
                go.clear()
                came.clear()
                try:
                    while len(threads) < 1000:
                        threads.append(threading.Thread(target=wait))
                        threads[-1].start()
                except RuntimeError as exc:
                    assert "can't start new thread" in str(exc), exc
                    threads.pop()
                assert 0 < len(threads) < 1000, len(threads)
                go.set()
                for thread in threads:
                    thread.join()
                assert len(came) == len(threads)
                assert threading.active_count() == 1
            print("done")
            """), "done\n")

    @unittest.skipUnless(hasattr(__import__("os"), "setuid"), "needs os.setuid()")
    def test_no_more_processes(self):
        # As "ulimit -u" has it; root has no such limit, so it becomes nobody.
        out = run_child_ok("""
            import os, resource, threading
            if os.getuid() == 0:
                os.setgid(65534)
                os.setuid(65534)
            resource.setrlimit(resource.RLIMIT_NPROC, (20, 20))
            go, threads = threading.Event(), []
            try:
                while len(threads) < 100:
                    threads.append(threading.Thread(target=go.wait))
                    threads[-1].start()
            except RuntimeError as exc:
                threads.pop()
                message = str(exc)
            go.set()
            for thread in threads:
                thread.join()
            assert threading.active_count() == 1
            lock = threading.Lock()
            assert lock.acquire(timeout=1) and not lock.acquire(timeout=0.01)
            print(message)
            """)
        self.assertEqual(out, "can't start new thread\n")


if __name__ == "__main__":
    unittest.main()
