# Copyright PythonPlus contributors.
"""What an Event does, and what it is made of."""
import threading

from plusvisible.helpers import Runs, asleep, still, told
from plusvisible.table import shows

Event = threading.Event


@shows()
def results():
    event = Event()
    return [event.is_set(), event.wait(0), event.set(), event.set(), event.is_set(),
            event.wait(), event.wait(0), event.wait(timeout=5), event.clear(), event.clear(),
            event.is_set(), event.wait(0.001), event.wait(-1)]


@shows()
def representation():
    event = Event()
    shown = [repr(event), str(event)]
    event.set()
    return shown + [repr(event), "%s" % event, f"{event!r:>10}" != ""]


@shows()
def truth():
    return bool(Event()), Event() == Event()


@shows()
def attributes():
    event = Event()
    return event._flag, type(event._cond), type(event._cond._lock), type(event._cond._waiters)


@shows()
def vars_in_order():
    return list(vars(Event()))


@shows()
def flag_follows():
    event = Event()
    event.set()
    flags = [event._flag, vars(event)["_flag"]]
    event.clear()
    return flags + [event._flag, vars(event)["_flag"]]


@shows(over=["True", "1", "'yes'", "[]", "None", "0"])
def flag_written(text):
    event = Event()
    event._flag = eval(text)
    return event.is_set(), event._flag, repr(event), told(event.wait, 0), event.set(), \
        event.is_set()


@shows()
def flag_written_through_vars():
    event = Event()
    vars(event)["_flag"] = True
    return event.is_set(), event.wait(0)


@shows()
def flag_written_wakes_nobody():
    event = Event()
    thread = asleep(event.wait)
    event._flag = True
    return still(thread), event.is_set()


@shows()
def flag_deleted():
    event = Event()
    del event._flag
    return [told(event.is_set), told(event.wait, 0), told(repr, event), told(event.set),
            told(event.is_set)]


@shows()
def cond_deleted():
    event = Event()
    del event._cond
    return told(event.is_set), told(event.set), told(event.wait, 0), told(event.clear)


@shows()
def cond_replaced():
    event = Event()
    event._cond = threading.Condition(threading.Lock())
    thread = asleep(event.wait)
    seen = len(event._cond._waiters)
    event.set()
    return seen, thread.result()


@shows()
def cond_is_one():
    event = Event()
    return event._cond is event._cond, event._cond is Event()._cond


@shows()
def waiters_seen():
    """As tests of others count who waits for an event."""
    event = Event()
    waiters = event._cond._waiters
    threads = [asleep(event.wait) for _ in range(2)]
    seen = len(waiters)
    event.set()
    return seen, [thread.result() for thread in threads], len(waiters)


@shows()
def waiters_seen_after_they_sleep():
    event = Event()
    threads = [asleep(event.wait) for _ in range(2)]
    seen = len(event._cond._waiters)
    event.set()
    return seen, [thread.result() for thread in threads]


@shows()
def cond_notified():
    """Who is woken by the condition finds the flag unset, and returns all the same."""
    event = Event()
    thread = asleep(event.wait)
    with event._cond:
        event._cond.notify_all()
    return thread.result(), event.is_set()


@shows()
def cond_guards():
    event = Event()
    with event._cond:
        thread = asleep(event.set)
        inside = event.is_set(), still(thread)
    return inside, thread.result(), event.is_set()


@shows()
def cond_guards_wait():
    event = Event()
    event.set()
    with event._cond:
        return still(asleep(event.wait))


@shows()
def set_inside_its_own_lock():
    event = Event()
    def set_inside():
        with event._cond:
            event.set()
    return still(Runs(set_inside))


@shows()
def wakes_all():
    event = Event()
    threads = [asleep(event.wait) for _ in range(5)]
    event.set()
    return [thread.result() for thread in threads]


@shows()
def set_and_cleared_at_once():
    event = Event()
    threads = [asleep(event.wait, 8) for _ in range(3)]
    event.set(), event.clear()
    return [thread.result() for thread in threads], event.is_set()


@shows()
def initialized_again():
    event = Event()
    event.set()
    event.__init__()
    return event.is_set(), len(event._cond._waiters)


@shows()
def initialized_again_while_others_wait():
    event = Event()
    thread = asleep(event.wait)
    event.__init__()
    event.set()
    return still(thread), event.is_set()


@shows("reinit-waiters")
def reinit_without_a_fork():
    event = Event()
    thread = asleep(event.wait)
    event._at_fork_reinit()
    event.set()
    return still(thread)


@shows(over=["set", "clear", "wait", "is_set"])
def method_replaced_on_the_instance(name):
    event = Event()
    setattr(event, name, lambda *args: ("mine", args))
    return getattr(event, name)(1), event.is_set(), name in vars(event), \
        told(delattr, event, name), type(getattr(event, name)).__name__


@shows(over=["set", "clear", "wait", "is_set", "__init__", "__repr__"])
def method_replaced_on_the_class(name):
    before, calls = getattr(Event, name), []
    def replaced(self, *args):
        calls.append(name)
        return before(self, *args)
    setattr(Event, name, replaced)
    event = Event()
    event.set(), event.wait(0), event.is_set(), event.clear(), repr(event)
    setattr(Event, name, before)
    return calls, getattr(Event, name) is before


@shows()
def wait_replaced_with_a_constant():
    Event.wait = lambda self, timeout=None: "never waits"
    return Event().wait(), Event().wait(100)


@shows()
def in_thread_and_timer():
    thread = threading.Thread(target=int)
    timer = threading.Timer(60, int)
    return type(thread._started), thread._started.is_set(), type(timer.finished), \
        thread.start(), thread._started._flag, timer.cancel(), timer.finished._flag


@shows()
def cond_waiters_of_started():
    thread = threading.Thread(target=int)
    return len(thread._started._cond._waiters), repr(thread._started._cond)
