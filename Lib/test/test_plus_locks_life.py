"""Locks and conditions at the end of an interpreter, and across a fork.

A fork's child has one thread; those that waited for a lock are gone, and their
nodes in its queue with them.  At the end daemon threads may still wait: their
nodes lie on their stacks, and must leave the queues before the stacks go.
"""

import textwrap
import unittest
from test import support
from test.support import plus_helper
from test.support.plus_helper import run_child, run_child_ok

support.requires_subprocess()

PROMPT_S = 10 * plus_helper.PATIENCE

PRELUDE = """
import _thread, atexit, atomiclocks, os, queue, random, signal, sys, threading, time
from test.support.plus_helper import is_native, waiting

def daemons(n, function, *args):
    threads = [threading.Thread(target=function, args=args, daemon=True)
               for _ in range(n)]
    for thread in threads:
        thread.start()
    return threads

def in_child(function):
    pid = os.fork()
    if pid == 0:
        signal.alarm(60)        # a child that hangs ends
        try:
            function()
            os._exit(0)
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(1)
    assert os.waitpid(pid, 0)[1] == 0

def use(lock):
    # as if it were new, by many threads
    with lock:
        threads = [threading.Thread(target=take, args=(lock,)) for _ in range(5)]
        for thread in threads:
            thread.start()
        time.sleep(0.01)
    for thread in threads:
        thread.join()

def take(lock):
    with lock:
        pass
"""


def child(code, **kw):
    return run_child_ok(PRELUDE + textwrap.dedent(code), **kw)


@support.requires_fork()
class Fork(unittest.TestCase):
    def test_held_by_the_parent_s_thread_with_waiters(self):
        for make in "Lock", "RLock":
            self.assertEqual(child(f"""
                lock = threading.{make}()
                lock.acquire()
                daemons(5, take, lock)
                time.sleep(0.05)
                def test():
                    assert not lock.acquire(False) or lock._recursion_count() == 2
                    if hasattr(lock, '_recursion_count'):
                        lock.release()
                    lock.release()
                    use(lock)
                for _ in range(3):
                    in_child(test)
                lock.release()
                use(lock)
                print("done")
                """), "done\n")

    def test_while_the_lock_is_on_its_way(self):
        # Forks between a release and the moment when the woken thread has the lock.
        for make in "Lock", "RLock":
            self.assertEqual(child(f"""
                lock = threading.{make}()
                stop = []
                def hold():
                    while not stop:
                        with lock:
                            time.sleep(0)
                threads = daemons(4, hold)
                def test():
                    lock._at_fork_reinit()
                    use(lock)
                for _ in range(30):
                    with lock:
                        pass
                    in_child(test)
                stop.append(1)
                for thread in threads:
                    thread.join()
                use(lock)
                print("done")
                """), "done\n")

    def test_while_others_wait_for_a_condition(self):
        for lock in "Lock", "RLock", "_PyRLock":
            self.assertEqual(child(f"""
                cond = threading.Condition(threading.{lock}())
                came = []
                def wait():
                    with cond:
                        came.append(cond.wait(60))
                threads = daemons(5, wait)
                while waiting(cond) < 5:
                    time.sleep(0.001)
                def test():
                    cond._at_fork_reinit()
                    assert waiting(cond) == 0
                    daemons(2, wait)
                    while waiting(cond) < 2:
                        time.sleep(0.001)
                    with cond:
                        cond.notify_all()
                    while came != [True, True]:
                        time.sleep(0.001)
                for _ in range(3):
                    in_child(test)
                with cond:
                    cond.notify(2)
                    in_child(lambda: None)      # two are on their way to the lock
                with cond:
                    cond.notify_all()
                for thread in threads:
                    thread.join()
                assert came == [True] * 5, came
                print("done")
                """), "done\n")

    def test_by_a_handler_during_a_wait(self):
        # The thread that forks waits itself: in the child it still does.
        for lock in "Lock", "RLock", "_PyRLock":
            self.assertEqual(child(f"""
                cond = threading.Condition(threading.{lock}())
                def wait():
                    with cond:
                        cond.wait(60)
                daemons(1, wait)
                while not waiting(cond):
                    time.sleep(0.001)
                pid = None
                def handler(*args):
                    global pid
                    pid = os.fork()
                signal.signal(signal.SIGALRM, handler)
                signal.setitimer(signal.ITIMER_REAL, 0.02)
                def notify():
                    with cond:
                        cond.notify_all()
                with cond:
                    threading.Timer(0.2, notify).start()    # only in the parent
                    came = cond.wait(0.5)
                    assert cond._is_owned()
                if pid == 0:
                    try:
                        assert not came
                        assert waiting(cond) == 0 or not is_native(cond)
                        use(cond)
                    except BaseException:
                        sys.excepthook(*sys.exc_info())
                        os._exit(1)
                    os._exit(0)
                assert came
                assert os.waitpid(pid, 0)[1] == 0
                print("done")
                """), "done\n")


# what daemon threads do when the main thread ends
DAEMONS = {
    "wait_for_a_lock": "daemons(5, lock.acquire)",
    "wait_for_an_rlock": "daemons(5, rlock.acquire)",
    "wait_for_a_lock_with_a_limit": "daemons(5, forever, lock.acquire, True, 0.0003)",
    "wait_for_a_condition": "daemons(5, wait)",
    "wait_for_a_condition_with_a_limit": "daemons(5, forever, wait, 0.0003)",
    "pass_a_lock_on": "daemons(5, forever, use_free)",
    "pass_a_lock_on_and_burn": "daemons(5, forever, use_free); daemons(1, burn)",
    "notify_each_other": "daemons(3, forever, wait, 0.001); daemons(3, forever, notify)",
}

# the same, where it does nothing about it
OTHER_DAEMONS = {
    "wait_for_an_event": "daemons(5, threading.Event().wait)",
    "wait_for_an_event_with_a_limit": "daemons(5, forever, threading.Event().wait, 0.0003)",
    "wait_for_a_semaphore": "daemons(5, threading.Semaphore(0).acquire)",
    "wait_for_an_item": "daemons(5, queue.SimpleQueue().get); daemons(5, queue.Queue().get)",
    "wait_for_an_item_with_a_limit": "daemons(5, forever, get, queue.SimpleQueue())",
    "wait_at_a_barrier": "daemons(5, threading.Barrier(6).wait)",
    "wait_for_a_thread": "daemons(5, threading.main_thread().join)",
    "wait_for_a_lock_made_of_the_flag": "daemons(5, flag_lock.acquire)",
    "are_atomic_and_wait": "daemons(5, atomic_wait)",
}

# what the main thread does with the locks at its end
ENDS = {
    "nothing": "pass",
    "release": "atexit.register(lock.release); atexit.register(rlock.release)",
    "notify": "atexit.register(notify)",
    "use": "atexit.register(use_free)",
    "object_releases": """
class AtTheEnd:
    def __del__(self, release=lock.release):
        release()
sys.at_the_end = AtTheEnd()
""",
}


class Shutdown(unittest.TestCase):
    def test_ends(self):
        for daemons, start in (DAEMONS | OTHER_DAEMONS).items():
            for end, at_the_end in ENDS.items():
                if daemons in OTHER_DAEMONS and end != "nothing":
                    continue
                with self.subTest(daemons=daemons, end=end):
                    result = run_child(PRELUDE + """
lock, rlock, free = threading.Lock(), threading.RLock(), threading.Lock()
cond = threading.Condition()
lock.acquire()
rlock.acquire()

def burn():
    while True:
        pass

def forever(function, *args):
    while True:
        function(*args)

def wait(*args):
    with cond:
        cond.wait(*args)

def notify():
    if cond.acquire(timeout=0.1):
        cond.notify_all()
        cond.release()

def get(items):
    try:
        items.get(timeout=0.0003)
    except queue.Empty:
        pass

@threading.atomic
def atomic_wait():
    lock.acquire()

flag_lock = atomiclocks.Lock()
flag_lock.acquire()

def use_free():
    if free.acquire(timeout=0.1):
        time.sleep(0)
        free.release()
""" + start + "\ntime.sleep(0.02)\n" + at_the_end, limit=PROMPT_S)
                    self.assertEqual((result.returncode, result.stderr), (0, ""))

    @unittest.skipUnless(plus_helper.NATIVE_CONDITION, "describes the native condition")
    def test_who_ends_leaves_the_queues(self):
        # Daemon threads time out when finalization has begun, and end: they must not
        # be found in the queue, for their stacks are gone.
        self.assertEqual(child("""
            cond = threading.Condition()
            def wait():
                with cond:
                    cond.wait(0.3)
            daemons(3, wait)
            while waiting(cond) < 3:
                time.sleep(0.001)
            class AtTheEnd:
                def __del__(self, cond=cond, sleep=time.sleep, write=os.write):
                    write(1, b"%d, " % int(repr(cond).rpartition(", ")[2][:-2]))
                    sleep(0.6)
                    write(1, b"%d" % int(repr(cond).rpartition(", ")[2][:-2]))
            sys.at_the_end = AtTheEnd()
            """), "3, 0")

    def test_who_ends_leaves_a_lock_to_who_has_it(self):
        # The lock is handed to a daemon thread, which has no chance to run; it is
        # released for it and taken again.  Only then does the thread end.
        self.assertEqual(child("""
            lock = threading.Lock()
            lock.acquire()
            daemons(1, lock.acquire)
            time.sleep(0.05)        # so long that it is handed over
            class AtTheEnd:
                def __del__(self, lock=lock, sleep=time.sleep, write=os.write):
                    sleep(0.1)
                    write(1, b"%d" % lock.locked())
            sys.at_the_end = AtTheEnd()
            _thread.set_atomic(True)
            lock.release()
            lock.release()
            lock.acquire()
            """), "1")


if __name__ == "__main__":
    unittest.main()
