"""Signals and waits of the main thread: handlers run, and the wait goes on or ends."""

import unittest
from test import support
from test.support import plus_helper
from test.support.plus_helper import run_child_ok

support.requires_subprocess()

PRELUDE = """
import _thread, os, signal, sys, threading, time

def storm(n, pause, sig=signal.SIGUSR1):
    def send():
        for _ in range(n):
            os.kill(os.getpid(), sig)
            time.sleep(pause)
    thread = threading.Thread(target=send, daemon=True)
    thread.start()
    return thread
"""


def child(code, **kw):
    from textwrap import dedent
    return run_child_ok(PRELUDE + dedent(code), **kw)


class Locks(unittest.TestCase):
    def test_handlers_run_during_the_wait_which_goes_on(self):
        for make in "Lock", "RLock":
            self.assertEqual(child(f"""
                lock = threading.{make}()
                seen = []
                signal.signal(signal.SIGUSR1, lambda *args: seen.append(lock.acquire(False)))
                taken, free = threading.Event(), threading.Event()
                def hold():
                    with lock:
                        taken.set()
                        free.wait()
                threading.Thread(target=hold).start()
                taken.wait()
                sender = storm(50, 0.002)
                threading.Timer(0.3, free.set).start()
                begin = time.monotonic()
                assert lock.acquire(timeout=60)
                assert 0.25 < time.monotonic() - begin < 30
                assert seen and not any(seen), seen
                assert lock.locked() if hasattr(lock, 'locked') else lock._is_owned()
                lock.release()
                print("done")
                """), "done\n")

    def test_the_time_that_is_left(self):
        self.assertEqual(child("""
            lock = threading.Lock()
            lock.acquire()
            signal.signal(signal.SIGUSR1, lambda *args: None)
            storm(100, 0.002)
            begin = time.monotonic()
            assert not lock.acquire(timeout=0.1)
            assert 0.1 <= time.monotonic() - begin < 10
            print("done")
            """), "done\n")

    def test_an_exception_ends_it(self):
        for make in "Lock", "RLock":
            self.assertEqual(child(f"""
                lock = threading.{make}()
                taken, free = threading.Event(), threading.Event()
                def hold():
                    with lock:
                        taken.set()
                        free.wait()
                # Not a Timer: on a busy machine it fires while start() still waits.
                ready = threading.Semaphore(0)
                def kill():
                    for _ in range(20):
                        ready.acquire()
                        time.sleep(0.005)
                        os.kill(os.getpid(), signal.SIGINT)
                threading.Thread(target=hold).start()
                threading.Thread(target=kill).start()
                taken.wait()
                for _ in range(20):
                    try:
                        ready.release()
                        lock.acquire()
                    except KeyboardInterrupt:
                        pass
                    else:
                        raise AssertionError("acquired")
                free.set()
                assert lock.acquire(timeout=60)
                print("done")
                """), "done\n")

    def test_a_handler_releases_what_its_thread_waits_for(self):
        self.assertEqual(child("""
            lock = threading.Lock()
            lock.acquire()
            signal.signal(signal.SIGALRM, lambda *args: lock.release())
            signal.setitimer(signal.ITIMER_REAL, 0.05)
            assert lock.acquire(timeout=60)
            print("done")
            """), "done\n")

    def test_a_handler_that_waits_itself(self):
        self.assertEqual(child("""
            outer, inner = threading.Lock(), threading.Lock()
            outer.acquire()
            inner.acquire()
            order = []
            def handler(*args):
                order.append("handler")
                assert inner.acquire(timeout=60)
                order.append("inner")
            signal.signal(signal.SIGUSR1, handler)
            def other():
                time.sleep(0.05)
                os.kill(os.getpid(), signal.SIGUSR1)
                time.sleep(0.1)
                outer.release()
                time.sleep(0.05)
                inner.release()
            threading.Thread(target=other).start()
            assert outer.acquire(timeout=60)
            print(order)
            """), "['handler', 'inner']\n")

    def test_a_storm_of_sigint_beside_releases(self):
        # An RLock tells whether the exception came after the lock.
        self.assertEqual(child("""
            lock = threading.RLock()
            stop = []
            armed = False
            def handler(*args):
                if armed:
                    raise KeyboardInterrupt
            signal.signal(signal.SIGINT, handler)
            def other():
                while not stop:
                    with lock:
                        time.sleep(0.0001)
            threads = [threading.Thread(target=other) for _ in range(3)]
            for thread in threads:
                thread.start()
            interrupted = 0
            sender = storm(300, 0.001, signal.SIGINT)
            while sender.is_alive():
                try:
                    armed = True
                    lock.acquire(timeout=0.0003)
                    armed = False
                except KeyboardInterrupt:
                    armed = False
                    interrupted += 1
                if lock._is_owned():
                    lock.release()
            stop.append(1)
            for thread in threads:
                thread.join(60)
                assert not thread.is_alive()
            assert lock.acquire(timeout=60)
            print(interrupted > 0)
            """), "True\n")


@unittest.skipUnless(plus_helper.NATIVE_LOCKS, "CPython's locks sleep on")
class SignalsThatNoSleepWasThereFor(unittest.TestCase):
    """A signal ends a wait also if it came between the last look and the sleep, or if
    another thread got it.  In CPython the main thread sleeps on."""

    def test_just_before_the_sleep(self):
        self.assertEqual(child("""
            import queue
            class Came(Exception):
                pass
            def handler(*args):
                raise Came
            signal.signal(signal.SIGALRM, handler)
            lock, cond = threading.Lock(), threading.Condition()
            lock.acquire()
            def wait_for_condition():
                with cond:
                    cond.wait()
            waits = [lock.acquire, queue.SimpleQueue().get]
            if _thread.gil_info().condition == "native":
                waits += [wait_for_condition, threading.Event().wait,
                          threading.Semaphore(0).acquire]
            for i in range(500):          # 20 ms each with the parker cond
                try:
                    signal.setitimer(signal.ITIMER_REAL, 1e-6 * (1 + i % 100))
                    waits[i % len(waits)]()
                except Came:
                    continue
                raise AssertionError(i)
            print("done")
            """), "done\n")

    def test_beside_wakeups_and_timeouts(self):
        # A permit that is missing afterwards makes the last wait hang.
        self.assertEqual(child("""
            lock = threading.Lock()
            lock.acquire()
            came, stop = [0], []
            def handler(*args):
                came[0] += 1
            signal.signal(signal.SIGALRM, handler)
            def release():
                while not stop:
                    try:
                        lock.release()
                    except RuntimeError:
                        time.sleep(0)
            threads = [threading.Thread(target=release) for _ in range(2)]
            for thread in threads:
                thread.start()
            signal.setitimer(signal.ITIMER_REAL, 5e-5, 5e-5)
            for i in range(20000):
                lock.acquire(timeout=1e-6 * (i % 100))
            stop.append(1)
            for thread in threads:
                thread.join()
            signal.setitimer(signal.ITIMER_REAL, 0)
            lock.acquire(False)
            threading.Timer(0.01, lock.release).start()
            assert lock.acquire(timeout=60)
            assert not lock.acquire(timeout=0.01)
            print(came[0] > 0)
            """), "True\n")

    def test_another_thread_gets_it(self):
        self.check_wakes("signal.pthread_kill(threading.get_ident(), signal.SIGUSR1)")

    def test_interrupt_main(self):
        self.check_wakes("_thread.interrupt_main(signal.SIGUSR1)")

    def check_wakes(self, statement):
        self.assertEqual(child(f"""
            class Came(Exception):
                pass
            def handler(*args):
                raise Came
            signal.signal(signal.SIGUSR1, handler)
            lock = threading.Lock()
            lock.acquire()
            def other():
                time.sleep(0.01)
                {statement}
            for _ in range(5):
                try:
                    threading.Thread(target=other).start()
                    lock.acquire(timeout=60)
                except Came:
                    continue
                raise AssertionError
            print("done")
            """), "done\n")


if __name__ == "__main__":
    unittest.main()
