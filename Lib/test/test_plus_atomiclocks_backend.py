"""set_backend() of atomiclocks: tasks of a scheduler wait in line with threads.

The scheduler is a toy.  Its tasks run one at a time, and only who waits lets another
run, as tasklets or greenlets do.  (Each has an OS thread for its stack, since Python
alone cannot switch stacks; the scheduler's locks see to it that one of them runs.)
"""

import threading
import time
import unittest
from collections import deque

import atomiclocks
from atomiclocks import Condition, Event, Lock, Queue, RLock, atomic
from test import support
from test.support import threading_helper
from test.support.plus_helper import join_all, run_threads

threading_helper.requires_working_threading(module=True)


class Task:
    def __init__(self, function):
        self.function = function
        self.turn = threading.Semaphore(0)      # what its stack sleeps on
        self.deadline = None


class Scheduler:
    """Runs tasks in the thread that calls run(), as that sees it."""

    def __init__(self):
        self.ready = deque()
        self.sleeping = set()                   # tasks that wait until a deadline
        self.current = None
        self.trace = []                         # the names of tasks as they run
        self.woken = threading.Semaphore(0)     # the scheduler's own sleep
        self.done = threading.Semaphore(0)      # a task has let go of the processor
        self.alive = 0

    def spawn(self, *functions):
        for function in functions:
            task = Task(function)
            self.alive += 1
            self.ready.append(task)
            threading.Thread(target=self._main, args=(task,), daemon=True).start()

    def _main(self, task):
        task.turn.acquire()
        try:
            task.function()
        finally:
            self.alive -= 1
            self.done.release()

    def run(self):
        """Run the tasks until all have ended."""
        while self.alive:
            self._wake_late()
            if not self.ready:
                self.woken.acquire(timeout=self._patience())
                continue
            self.current = self.ready.popleft()
            self.trace.append(self.current.function.__name__)
            self.current.turn.release()
            self.done.acquire()
            self.current = None

    def _patience(self):
        times = [task.deadline for task in self.sleeping]
        return max(0, min(times) - time.monotonic()) if times else support.LONG_TIMEOUT

    def _wake_late(self):
        now = time.monotonic()
        for task in [task for task in self.sleeping if task.deadline <= now]:
            self.wake(task)

    def wake(self, task):
        """Called by tasks and by other threads."""
        with atomic:
            self.sleeping.discard(task)
            if task not in self.ready:
                self.ready.append(task)
        self.woken.release()

    def switch(self):
        """Called by a task: let the others run until it is woken."""
        task = self.current
        self.done.release()
        task.turn.acquire()


class TaskParker:
    """What a task sleeps on."""

    def __init__(self, scheduler):
        self.scheduler, self.task = scheduler, scheduler.current
        self.posted = self.parked = False

    def park(self, timeout=None):
        with atomic:
            if not self.posted:
                self.parked = True
                if timeout is not None:
                    self.task.deadline = time.monotonic() + timeout
                    self.scheduler.sleeping.add(self.task)
        if self.parked:
            self.scheduler.switch()
        self.posted = self.parked = False

    def unpark(self):
        self.posted = True
        if self.parked:
            self.scheduler.wake(self.task)


class Tasks(unittest.TestCase):
    def setUp(self):
        self.scheduler = scheduler = Scheduler()
        threads = set()         # of the tasks
        main = scheduler._main

        def note_thread(task):
            threads.add(threading.get_ident())
            main(task)

        scheduler._main = note_thread

        def new_parker():
            if threading.get_ident() in threads:
                return TaskParker(scheduler)
            return atomiclocks.Parker()

        def current():
            if threading.get_ident() in threads:
                return scheduler.current
            return threading.get_ident()

        self.addCleanup(atomiclocks.set_backend, *atomiclocks.set_backend(new_parker, current))

    def tearDown(self):
        self.assertEqual(atomiclocks._asleep, set())

    def test_a_task_that_waits_lets_others_run(self):
        queue, got = Queue(1), []

        def consumer():
            for _ in range(3):
                got.append(queue.get())

        def producer():
            for i in range(3):
                queue.put(i)

        self.scheduler.spawn(consumer, producer)
        self.scheduler.run()
        self.assertEqual(got, [0, 1, 2])
        self.assertEqual(self.scheduler.trace[:3], ["consumer", "producer", "consumer"])

    def test_tasks_and_threads_in_one_line(self):
        lock, counter = Lock(), [0]

        def add():
            for _ in range(200):
                with lock:
                    value = counter[0]
                    for _ in range(20):
                        pass
                    counter[0] = value + 1

        self.scheduler.spawn(add, add)
        run_threads([self.scheduler.run, add, add], support.LONG_TIMEOUT)
        self.assertEqual(counter, [800])

    def test_a_thread_wakes_a_task(self):
        event, told = Event(), []

        def wait():
            told.append(event.wait())

        self.scheduler.spawn(wait)
        thread = threading.Thread(target=self.scheduler.run, daemon=True)
        thread.start()
        for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.01):
            if event._waiters:
                break
        event.set()
        join_all([thread])
        self.assertEqual(told, [True])

    def test_a_time_out_of_a_task(self):
        cond, told = Condition(), []

        def wait():
            with cond:
                told.append(cond.wait(0.01))

        self.scheduler.spawn(wait, wait)
        self.scheduler.run()
        self.assertEqual(told, [False, False])
        self.assertEqual(cond._waiters, [])

    def test_a_task_owns_its_rlock(self):
        lock, order = RLock(), []

        def first():
            with lock, lock:
                order.append("first has it")
                queue.get()
                order.append("first lets go")

        def second():
            order.append(lock.acquire(False))
            queue.put(None)
            with lock:
                order.append("second has it")

        queue = Queue()
        self.scheduler.spawn(first, second)
        self.scheduler.run()
        self.assertEqual(order, ["first has it", False, "first lets go", "second has it"])

    def test_the_backend_in_use_is_returned(self):
        before = atomiclocks.set_backend()
        self.assertEqual(atomiclocks.set_backend(*before),
                         (atomiclocks.Parker, threading.get_ident))


if __name__ == "__main__":
    unittest.main()
