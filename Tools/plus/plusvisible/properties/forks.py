# Copyright PythonPlus contributors.
"""What the child of a fork finds."""
import os
import queue
import threading

from plusvisible.helpers import Runs, asleep, get, in_child, told
from plusvisible.table import shows

TAKEN = ["Lock", "RLock", "Condition", "Semaphore"]


def take_and_leave(one):
    """Whether it can be taken."""
    return one.acquire(False)


@shows(over=TAKEN)
def held_by_the_forker(name):
    one = get(name)()
    one.acquire()
    return in_child(take_and_leave, one), in_child(lambda: (one.release(), one.acquire(False)))


@shows(over=TAKEN)
def held_by_another(name):
    one, kept = get(name)(), threading.Event()
    asleep(lambda: (one.acquire(), kept.wait()))
    return in_child(take_and_leave, one)


@shows(over=TAKEN)
def with_waiters(name):
    one = get(name)()
    one.acquire()
    asleep(one.acquire), asleep(one.acquire)
    return in_child(lambda: (one.release(), one.acquire(False)))


@shows("fork-handed")
def lock_released_before_the_fork():
    """To a waiter that has waited for long, and does not exist in the child."""
    return handed("Lock")


@shows()
def unit_released_before_the_fork():
    return handed("Semaphore")


def handed(name):
    free = 0
    for _ in range(5):
        one = get(name)()
        one.acquire()
        thread = asleep(lambda: (one.acquire(), one.release()))
        one.release()
        free += str(in_child(lambda: one.acquire(timeout=0.3))) == "True"
        thread.result()
    return free


@shows()
def event_with_waiters():
    event = threading.Event()
    asleep(event.wait), asleep(event.wait)
    return in_child(lambda: (event.is_set(), event.set(), event.wait(5), event.clear(),
                             event.wait(0)))


@shows("fork-waiters")
def waiters_of_an_event():
    event = threading.Event()
    asleep(event.wait), asleep(event.wait)
    return in_child(lambda: len(event._cond._waiters))


@shows()
def waiters_of_a_condition():
    cond = threading.Condition()
    def wait():
        with cond:
            cond.wait()
    asleep(wait), asleep(wait)
    def child():
        with cond:
            cond.notify_all()
            return len(cond._waiters), cond.wait(0)
    return in_child(child)


@shows()
def semaphore_with_waiters():
    one = threading.Semaphore(0)
    asleep(one.acquire), asleep(one.acquire)
    return in_child(lambda: (one._value, one.release(3), one.acquire(False), one._value))


@shows()
def simple_queue_with_waiters():
    one = queue.SimpleQueue()
    asleep(one.get)
    return in_child(lambda: (one.put(1), one.get(timeout=1), told(one.get_nowait)))


@shows()
def queue_with_waiters():
    one = queue.Queue()
    asleep(one.get)
    return in_child(lambda: (one.put(1), one.get(timeout=1), one.qsize()))


@shows()
def waits_in_the_child():
    event = threading.Event()
    def child():
        thread = asleep(event.wait)
        event.set()
        return thread.result()
    return in_child(child), event.is_set()


@shows()
def waiter_that_forks():
    """The fork comes out of another thread, which is the child's main thread then."""
    event = threading.Event()
    asleep(event.wait)
    def fork():
        return str(in_child(lambda: (threading.current_thread() is threading.main_thread(),
                                     event.wait(0), len(threading.enumerate()))))
    return Runs(fork).result()


@shows()
def owner_of_an_rlock_that_forks():
    lock = threading.RLock()
    def fork():
        lock.acquire()
        return str(in_child(lambda: (lock._is_owned(), lock.release(), lock.acquire(False))))
    return Runs(fork).result()


@shows()
def hooks():
    log, lock = [], threading.Lock()
    os.register_at_fork(before=lock.acquire, after_in_parent=lock.release,
                        after_in_child=lock._at_fork_reinit)
    os.register_at_fork(before=lambda: log.append("before"),
                        after_in_child=lambda: log.append("child"))
    return in_child(lambda: (log, lock.locked())), log, lock.locked()


@shows()
def hooks_of_events():
    event = threading.Event()
    os.register_at_fork(after_in_child=event._at_fork_reinit)
    asleep(event.wait)
    return in_child(lambda: (event.wait(0), event.set(), event.wait(1)))


@shows()
def condition_reinitialized_in_the_child():
    cond = threading.Condition()
    cond.acquire()
    return in_child(lambda: (cond._at_fork_reinit(), cond.acquire(False), len(cond._waiters)))


@shows()
def started_and_ended_threads():
    thread = asleep(threading.Event().wait)
    return in_child(lambda: (thread.is_alive(), threading.active_count(), told(thread.join),
                             repr(thread).split(",")[1].split()[0]))


@shows()
def multiprocessing_by_fork():
    import multiprocessing
    context = multiprocessing.get_context("fork")
    event, found = context.Event(), context.SimpleQueue()
    process = context.Process(target=lambda: (found.put(event.wait(5))))
    process.start()
    event.set()
    answer = found.get()
    process.join()
    return answer, process.exitcode
