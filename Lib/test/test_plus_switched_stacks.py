"""What others may touch of a wait does not lie on the stack while other code runs.

A signal handler that runs during a wait may switch to another greenlet; then the stack of
the wait holds something else until it is switched back.  The first tests look at the
pointers in the waited-for objects, so they need no greenlet; the others do it.
"""

import ctypes
import queue
import signal
import threading
import time
import unittest
from test import support
from test.support import plus_helper, threading_helper

try:
    import greenlet
except ImportError:
    greenlet = None

BITS = 3                    # of a queue's word that are no pointer
native_locks = unittest.skipUnless(plus_helper.NATIVE_LOCKS, "describes the native locks")
native_conditions = unittest.skipUnless(plus_helper.NATIVE_CONDITION,
                                        "describes the native conditions")


def main_stack():
    """Return the addresses of the main thread's stack."""
    with open("/proc/self/maps") as lines:
        for line in lines:
            if line.rstrip().endswith("[stack]"):
                return range(*(int(text, 16) for text in line.split()[0].split("-")))
    raise unittest.SkipTest("/proc/self/maps does not tell where the stack is")


def pointers(obj):
    """Return the words in the memory of obj, without a queue's bits."""
    size = ctypes.sizeof(ctypes.c_size_t)
    words = range(id(obj) + object.__basicsize__, id(obj) + type(obj).__basicsize__, size)
    return [ctypes.c_size_t.from_address(word).value & ~BITS for word in words]


def on_stack(obj):
    stack = main_stack()
    return [word for word in pointers(obj) if word in stack]


def queued(obj):
    """Return whether the queue that is the first field of obj has a node."""
    return pointers(obj)[0] != 0


class Alarms(unittest.TestCase):
    """Handlers of SIGALRM that run in the midst of a wait of the main thread."""

    def setUp(self):
        self.handlers = []
        before = signal.signal(signal.SIGALRM, lambda *_: self.handlers.pop(0)())
        self.addCleanup(signal.signal, signal.SIGALRM, before)

    def once_waiting(self, obj, *handlers):
        """Run the handlers one after the other, each when the main thread waits on obj."""
        self.handlers += handlers
        count = len(handlers)

        def send():
            for left in reversed(range(count)):
                for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                    if queued(obj):
                        break
                signal.pthread_kill(threading.main_thread().ident, signal.SIGALRM)
                for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                    if len(self.handlers) <= left:
                        break
        thread = threading.Thread(target=send)
        thread.start()
        self.addCleanup(threading_helper.join_thread, thread)


class Pointers(Alarms):
    def look(self, obj, end, wait):
        """Wait on obj with a handler that looks, and then calls end()."""
        seen = []

        def handler():
            seen.append((queued(obj), on_stack(obj)))
            end()
        self.once_waiting(obj, handler)
        self.assertTrue(wait())
        (is_queued, found), = seen
        self.assertEqual(found, [])
        return is_queued

    @native_conditions
    def test_event(self):
        event = threading.Event()
        self.assertTrue(self.look(event, event.set, lambda: event.wait(support.SHORT_TIMEOUT)))

    @native_conditions
    def test_condition(self):
        for lock in threading.RLock(), threading.Lock():
            with self.subTest(lock=lock):
                cond = threading.Condition(lock)

                def notify():
                    with cond:
                        cond.notify()
                with cond:
                    self.assertTrue(self.look(
                        cond, notify, lambda: cond.wait(support.SHORT_TIMEOUT)))

    @native_conditions
    def test_semaphore(self):
        semaphore = threading.Semaphore(0)
        self.assertFalse(self.look(semaphore, semaphore.release,
                                   lambda: semaphore.acquire(timeout=support.SHORT_TIMEOUT)))

    @native_locks
    def test_lock(self):
        lock = threading.Lock()
        lock.acquire()
        self.assertFalse(self.look(lock, lock.release,
                                   lambda: lock.acquire(timeout=support.SHORT_TIMEOUT)))

    def test_simple_queue(self):
        items = queue.SimpleQueue()
        self.look(items, lambda: items.put(True),
                  lambda: items.get(timeout=support.SHORT_TIMEOUT))

    @native_locks
    def test_what_would_be_found(self):
        # While nothing else runs on it, the stack is the right place.
        lock, found = threading.Lock(), []
        lock.acquire()

        def look():
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT, error=False):
                found.extend(on_stack(lock))
                if found:
                    break
            lock.release()
        with threading_helper.start_threads([threading.Thread(target=look)]):
            lock.acquire()
        self.assertTrue(found)


class Foreign:
    """A lock that conditions do not know."""

    def __init__(self):
        self._lock = threading.RLock()
        self.acquire, self._is_owned = self._lock.acquire, self._lock._is_owned

    def release(self):
        self._lock.release()

    def __enter__(self):
        return self.acquire()

    def __exit__(self, *exc_info):
        self.release()


def overwrite(depth=200):
    """Use more of the stack than a wait does, by calls from C."""
    return sorted([depth], key=lambda left: overwrite(left - 1) if left else 0)


@unittest.skipUnless(greenlet, "needs the package greenlet")
class Switched(Alarms):
    """Greenlets that are switched away by a handler in the midst of a wait."""

    def from_another_thread(self, function):
        thread = threading.Thread(target=function)
        thread.start()
        threading_helper.join_thread(thread)

    def switched_away(self, obj, wake, wait):
        """Wait in a greenlet; wake it while its stack is gone.  Return its result."""
        main = greenlet.getcurrent()
        waiting = greenlet.greenlet(wait)
        self.once_waiting(obj, lambda: main.switch("away"))
        self.assertEqual(waiting.switch(), "away")
        overwrite()
        self.from_another_thread(wake)
        overwrite()
        return waiting.switch()

    def test_event(self):
        event = threading.Event()
        self.assertIs(True, self.switched_away(event, event.set, event.wait))

    def test_condition(self):
        for lock in threading.RLock(), threading.Lock():
            with self.subTest(lock=lock):
                cond = threading.Condition(lock)

                def notify():
                    with cond:
                        cond.notify()

                def wait():
                    with cond:
                        return cond.wait(support.SHORT_TIMEOUT)
                self.assertIs(True, self.switched_away(cond, notify, wait))

    def test_semaphore_lock_and_simple_queue(self):
        semaphore, lock, items = threading.Semaphore(0), threading.Lock(), queue.SimpleQueue()
        lock.acquire()
        self.assertTrue(self.switched_away(semaphore, semaphore.release, semaphore.acquire))
        self.assertTrue(self.switched_away(lock, lock.release, lock.acquire))
        self.assertTrue(self.switched_away(items, lambda: items.put(True), items.get))

    @native_conditions
    def test_waits_that_end_in_the_order_in_which_they_began(self):
        first, second = threading.Event(), threading.Event()
        main = greenlet.getcurrent()
        order = []

        def wait():
            if first.wait(support.SHORT_TIMEOUT):
                order.append("first")
            main.switch()

        waiting = greenlet.greenlet(wait)

        def back_to_first():
            # Most likely it sleeps until then, on a node that is not the newest one.
            later = threading.Timer(0.2, first.set)
            later.start()
            self.addCleanup(threading_helper.join_thread, later)
            waiting.switch()
            second.set()
        self.once_waiting(first, lambda: main.switch("away"))
        self.assertEqual(waiting.switch(), "away")
        begin = time.monotonic()
        self.once_waiting(second, back_to_first)
        self.assertTrue(second.wait(support.SHORT_TIMEOUT))
        self.assertLess(time.monotonic() - begin, support.SHORT_TIMEOUT / 2)
        order.append("second")
        self.assertEqual(order, ["first", "second"])
        self.assertFalse(queued(first) or queued(second))

    def test_a_greenlet_that_never_comes_back(self):
        # Its wait, in a condition that CPython's code does, goes with its thread; nobody
        # stumbles over what is left of that.
        left = []

        class Switching(Foreign):
            def release(self):
                super().release()
                if not left:
                    left.append(greenlet.getcurrent())
                    left[0].parent.switch()
        cond = threading.Condition(Switching())

        def wait():
            with cond:
                cond.wait()
        self.from_another_thread(lambda: greenlet.greenlet(wait).switch())
        self.assertEqual(len(left), 1)
        with cond:
            cond.notify_all()
        self.assertEqual(plus_helper.waiting(cond), 0)


if __name__ == "__main__":
    unittest.main()
