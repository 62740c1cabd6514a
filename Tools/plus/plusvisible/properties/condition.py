# Copyright PythonPlus contributors.
"""What a Condition does, and what it is made of."""
import collections
import threading
import time

from plusvisible.helpers import Runs, asleep, notify, still, told, waiter
from plusvisible.table import shows

Condition = threading.Condition


@shows(over=["RLock", "Lock"])
def results(name):
    cond = Condition(getattr(threading, name)())
    answers = [cond.acquire(), cond.acquire(False) if name == "RLock" else None, cond.release(),
               cond.acquire(False), cond.notify(), cond.notify_all(), cond.wait(0),
               cond.wait(0.001), cond.wait_for(lambda: 0, 0), cond.wait_for(lambda: "yes"),
               cond.release()]
    with cond as entered:
        answers.append(entered)
    return answers


@shows()
def attributes():
    cond = Condition()
    return [(name, type(getattr(cond, name)).__name__) for name in
            ("_lock", "_waiters", "acquire", "release", "_release_save", "_acquire_restore",
             "_is_owned")]


@shows()
def representation():
    cond = Condition(threading.Lock())
    shown = [repr(cond)]
    with cond:
        shown.append(repr(cond))
    waiter(cond), waiter(cond)
    return shown + [repr(cond)]


@shows()
def waiters_seen():
    cond = Condition()
    counts = [len(cond._waiters)]
    thread = waiter(cond)
    counts.append(len(cond._waiters))
    waiter(cond)
    kinds = [type(each).__name__ for each in cond._waiters]
    notify(cond)
    return counts, kinds, thread.result(), len(cond._waiters)


@shows()
def waiters_kept_from_before():
    cond = Condition()
    waiters = cond._waiters
    waiter(cond)
    return len(waiters), waiters is cond._waiters


@shows()
def waiters_seen_after_they_sleep():
    cond = Condition()
    waiter(cond), waiter(cond)
    found = cond._waiters
    return type(found), len(found), bool(found), [each.locked() for each in found]


@shows()
def waiter_woken_by_hand():
    """What reads a condition's waiters may wake one by its lock."""
    cond = Condition()
    thread = waiter(cond)
    cond._waiters[0].release()
    return thread.result()


@shows()
def waiter_appended():
    cond = Condition()
    lock = threading.Lock()
    lock.acquire()
    cond._waiters.append(lock)
    notify(cond)
    return lock.locked(), len(cond._waiters)


@shows()
def waiters_replaced():
    cond = Condition()
    cond._waiters = collections.deque()
    thread = waiter(cond)
    count = len(cond._waiters)
    notify(cond)
    return count, thread.result()


@shows()
def waiters_replaced_by_a_list():
    cond = Condition()
    cond._waiters = []
    thread = waiter(cond)
    return len(cond._waiters), told(notify, cond), thread.result(0.5)


@shows()
def waiters_cleared():
    cond = Condition()
    thread = waiter(cond)
    cond._waiters.clear()
    notify(cond)
    return still(thread)


@shows(over=["_waiters", "_lock", "acquire", "release", "_is_owned", "_release_save"],
       but={name: ("condition-methods",) for name in ("acquire", "release", "_is_owned",
                                                      "_release_save")})
def attribute_deleted(name):
    cond = Condition()
    return told(delattr, cond, name), told(getattr, cond, name), \
        told(cond.notify), told(lambda: cond.__enter__()), told(repr, cond)


@shows()
def methods_replaced_on_the_instance():
    cond, log = Condition(), []
    cond.acquire = lambda *args: log.append(("acquire", args)) or True
    cond._is_owned = lambda: log.append("owned") or True
    cond._release_save = lambda: log.append("save") or "state"
    cond._acquire_restore = lambda state: log.append(state)
    return cond.acquire(3), told(cond.notify), cond.wait(0), log


@shows()
def wait_replaced_on_the_instance():
    cond = Condition()
    cond.wait = lambda timeout=None: "mine"
    answers = iter([0, 0, 1])
    with cond:
        return cond.wait(), cond.wait_for(lambda: next(answers))


@shows()
def notify_replaced_on_the_instance():
    cond, log = Condition(), []
    cond.notify = lambda n=1: log.append(n)
    with cond:
        return cond.notify_all(), log


@shows(over=["wait", "notify", "_is_owned", "_release_save", "_acquire_restore", "__enter__",
             "__exit__"])
def methods_replaced_on_the_class(name):
    log = []
    before = getattr(Condition, name)

    def replaced(self, *args):
        log.append(name)
        return before(self, *args)
    setattr(Condition, name, replaced)
    cond = Condition(threading.Lock())
    try:
        with cond:
            cond.notify_all()
            cond.wait(0)
            cond.wait_for(lambda: 0, 0.001)
        event = threading.Event()
        event.set(), event.wait(0), event.clear(), event.wait(0)
    finally:
        setattr(Condition, name, before)
    return sorted(set(log)), bool(log)


@shows()
def order():
    cond, log = Condition(), []
    threads = [waiter(cond, log, name) for name in "abcd"]
    for _ in range(4):
        count = len(log)
        notify(cond)
        while len(log) == count:
            time.sleep(0.001)
    return log, [thread.result() for thread in threads]


@shows()
def notify_of_two():
    cond = Condition()
    threads = [waiter(cond) for _ in range(3)]
    notify(cond, 2)
    return [thread.result() for thread in threads[:2]], still(threads[2])


@shows()
def notify_of_none():
    cond = Condition()
    thread = waiter(cond)
    notify(cond, 0), notify(cond, -1)
    return still(thread)


@shows(over=["1.5", "True", "10**30", "2.0", "Decimal(1)", "Fraction(3, 2)"])
def notify_of_odd_counts(text):
    from decimal import Decimal
    from fractions import Fraction
    cond = Condition()
    threads = [waiter(cond) for _ in range(2)]
    told_of_it = told(notify, cond, eval(text, {"Decimal": Decimal, "Fraction": Fraction}))
    return told_of_it, [still(thread) for thread in threads]


@shows()
def notify_all_wakes_all():
    cond = Condition()
    threads = [waiter(cond) for _ in range(5)]
    with cond:
        result = cond.notify_all()
    return result, [thread.result() for thread in threads]


@shows()
def wait_releases_all_levels():
    cond = Condition()

    def wait():
        with cond, cond, cond:
            cond.wait()
            return cond._is_owned()
    thread = asleep(wait)
    notify(cond)
    return thread.result(), cond.acquire(False)


@shows()
def timed_out_leaves_no_waiter():
    cond = Condition()
    with cond:
        cond.wait(0.01)
    return len(cond._waiters)


@shows()
def initialized_again():
    cond, lock = Condition(), threading.Lock()
    cond.__init__(lock)
    return cond._lock is lock, type(cond.acquire.__self__), told(cond._is_owned), len(cond._waiters)


@shows()
def initialized_again_while_others_wait():
    cond = Condition()
    thread = waiter(cond)
    cond.__init__()
    notify(cond)
    return still(thread), len(cond._waiters)


@shows("reinit-waiters")
def reinit_without_a_fork():
    cond = Condition()
    thread = waiter(cond)
    cond._at_fork_reinit()
    return len(cond._waiters), told(notify, cond), still(thread)


@shows()
def called_through_the_class():
    cond = Condition()
    return [told(Condition.__enter__, cond), told(Condition.notify, cond),
            told(Condition.wait, cond, 0), told(Condition.__exit__, cond, None, None, None)]


@shows()
def predicate_raises():
    cond = Condition()
    with cond:
        return told(cond.wait_for, lambda: 1 / 0), cond._is_owned(), len(cond._waiters)


@shows()
def predicate_calls():
    cond, calls = Condition(), []
    with cond:
        return cond.wait_for(lambda: calls.append(1), 0), len(calls)


@shows()
def predicate_result():
    cond, answers = Condition(), iter([[], 0, "", "at last"])
    thread = Runs(lambda: [cond.acquire(), cond.wait_for(lambda: next(answers)),
                           cond.release()])
    end = time.monotonic() + 5
    while thread.is_alive() and time.monotonic() < end:
        with cond:
            cond.notify()
        time.sleep(0.01)
    return thread.result()


@shows()
def locked_by():
    return hasattr(Condition, "locked"), told(lambda: Condition().locked())


@shows()
def initialized_in_the_middle_of_a_predicate():
    cond = Condition()
    cond.acquire()
    return told(cond.wait_for, lambda: cond.__init__(), 0.01), told(cond.notify), \
        told(cond.release)
