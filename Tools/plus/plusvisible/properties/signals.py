# Copyright PythonPlus contributors.
"""Signals that come during a wait of the main thread."""
import _thread
import os
import queue
import signal
import threading
import time

from plusvisible.helpers import Runs, asleep, fresh, still, told
from plusvisible.table import shows

SOON_S = 0.1
WAITS = ["Lock", "RLock", "Condition", "Event", "Semaphore", "Queue", "SimpleQueue", "Barrier",
         "join"]


class Came(Exception):
    """What a handler raises."""


def came(*_):
    raise Came("from the handler")


def wait(name, limit=None):
    """Sleep in a wait of the main thread that nobody ends."""
    if name in ("Lock", "RLock"):
        lock = getattr(threading, name)()
        Runs(lock.acquire).join() if name == "RLock" else lock.acquire()
        return lock.acquire(timeout=-1 if limit is None else limit)
    if name == "Condition":
        cond = threading.Condition()
        with cond:
            return cond.wait(limit)
    if name == "Event":
        return threading.Event().wait(limit)
    if name == "Semaphore":
        return threading.Semaphore(0).acquire(timeout=limit)
    if name == "Barrier":
        return threading.Barrier(2).wait(limit)
    if name == "join":
        return Runs(time.sleep, 100).join(limit)
    return getattr(queue, name)().get(timeout=limit)


@shows(over=WAITS)
def handler_raises(name):
    signal.signal(signal.SIGALRM, came)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    return told(wait, name)


@shows(over=WAITS)
def handler_raises_in_a_timed_wait(name):
    signal.signal(signal.SIGALRM, came)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    return told(wait, name, 10)


@shows(over=WAITS)
def handler_returns(name):
    """The wait goes on."""
    calls = []
    signal.signal(signal.SIGALRM, lambda *_: calls.append(1))
    signal.setitimer(signal.ITIMER_REAL, 0.02, 0.02)
    answer = told(wait, name, 0.3)
    return str(answer), len(calls) > 2


@shows(over=["Event", "Semaphore", "Lock", "SimpleQueue", "Queue"])
def handler_ends_the_wait(name):
    one = {"Event": threading.Event, "Semaphore": lambda: threading.Semaphore(0),
           "Lock": threading.Lock, "SimpleQueue": queue.SimpleQueue,
           "Queue": queue.Queue}[name]()
    if name == "Lock":
        one.acquire()
    end = {"Event": "set", "Semaphore": "release", "Lock": "release"}.get(name, "put")
    signal.signal(signal.SIGALRM,
                  lambda *_: getattr(one, end)(*[1] * (end == "put")))
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    return getattr(one, {"Event": "wait"}.get(name, "get" if end == "put" else "acquire"))()


@shows(over=WAITS)
def keyboard_interrupt(name):
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Runs(lambda: (time.sleep(SOON_S), os.kill(os.getpid(), signal.SIGINT)))
    return told(wait, name)


@shows("signal-ends-wait", over=["Lock", "Condition", "Event", "Semaphore", "SimpleQueue"])
def signal_that_another_thread_gets(name):
    """The main thread sleeps on in CPython, until its time-out: here, a second."""
    return got_elsewhere(name)


@shows(over=["join"])
def signal_that_another_thread_gets_in(name):
    return got_elsewhere(name)


def got_elsewhere(name):
    signal.signal(signal.SIGALRM, came)

    def get_it():
        time.sleep(SOON_S)
        signal.pthread_kill(threading.get_ident(), signal.SIGALRM)
    Runs(get_it)
    return ended(name)


def ended(name):
    """How a wait of three seconds ends, and when. The handler may run after it."""
    begin = time.monotonic()
    try:
        try:
            answer = str(wait(name, 3))
        except queue.Empty:
            answer = "Empty"
        for _ in range(100):
            pass
    except BaseException as error:
        answer = type(error).__name__
    return answer, "at once" if time.monotonic() - begin < 2 else "at the end"


@shows("signal-ends-wait", over=["Lock", "Condition", "Event", "Semaphore"])
def interrupted_by_a_thread(name):
    """_thread.interrupt_main()"""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    Runs(lambda: (time.sleep(SOON_S), _thread.interrupt_main()))
    return ended(name)


@shows("handler-reenters")
def set_by_a_handler_in_set():
    """A handler that comes in the middle of a set() of the same thread."""
    return fresh("""
import os, signal, threading, sys
event = threading.Event()
signal.signal(signal.SIGALRM, lambda *_: event.set())
signal.setitimer(signal.ITIMER_REAL, 0.0005, 0.0005)
def stop(*_):
    os.write(1, b"waits for itself\\n")
    os._exit(0)
import faulthandler
import time
threading.Thread(target=lambda: (time.sleep(4), done or stop()), daemon=True).start()
done = False
end = time.monotonic() + 2
while time.monotonic() < end:
    for _ in range(1000):
        event.set(); event.clear()
done = True
print("works")
""")


@shows("interrupted-with")
def interrupted_in_with():
    """Ctrl-C as a with statement takes a condition's lock: taken, or not."""
    return fresh("""
import signal, threading, time
class Out(Exception): pass
def out(*_): raise Out
signal.signal(signal.SIGALRM, out)
left = 0
end = time.monotonic() + 1.5
while time.monotonic() < end and not left:
    cond = threading.Condition(threading.Lock())
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.0002)
        while True:
            with cond:
                pass
    except Out:
        left += cond._lock.locked()
print("left taken" if left else "never left taken")
""")


@shows("notification-passed-on")
def notified_and_interrupted():
    """A thread is notified while its handler runs, which then raises: who else gets it?"""
    cond, begun = threading.Condition(), []

    def wait():
        with cond:
            return cond.wait(1)

    def handler(*_):
        begun.append(asleep(wait))
        while len(begun) < 2:
            time.sleep(0.001)
        raise Came
    signal.signal(signal.SIGALRM, handler)

    def notify():
        while not begun:
            time.sleep(0.001)
        with cond:
            cond.notify()
        begun.append("notified")
    Runs(notify)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    with cond:
        told(cond.wait, 5)
    return begun[0].result()


@shows()
def blocked_signals_stay_blocked():
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGALRM})
    threading.Event().wait(0.01), threading.Lock().acquire(timeout=0.01)
    return signal.pthread_sigmask(signal.SIG_BLOCK, set())


@shows()
def wakeup_descriptor():
    ours, theirs = os.pipe()
    os.set_blocking(theirs, False)
    signal.set_wakeup_fd(theirs)
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.02)
    threading.Event().wait(0.2)
    return os.read(ours, 10) == bytes([signal.SIGALRM])


@shows()
def other_threads_do_not_wake():
    event = threading.Event()
    thread = Runs(event.wait)
    signal.signal(signal.SIGALRM, lambda *_: None)
    signal.setitimer(signal.ITIMER_REAL, 0.01, 0.01)
    return still(thread)


@shows()
def handler_raises_state_after():
    cond = threading.Condition()
    signal.signal(signal.SIGALRM, came)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    with cond:
        answer = told(cond.wait)
        owned = cond._is_owned()
    return answer, owned, cond._is_owned(), len(cond._waiters)


@shows()
def handler_raises_semaphore_after():
    one = threading.Semaphore(0)
    signal.signal(signal.SIGALRM, came)
    signal.setitimer(signal.ITIMER_REAL, SOON_S)
    return told(one.acquire), one._value, one.release(), one.acquire(False)


@shows()
def asynchronous_exception():
    import ctypes
    event = threading.Event()
    thread = Runs(lambda: [event.wait(0.01) for _ in range(10000)])
    time.sleep(0.05)
    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(thread.ident),
                                               ctypes.py_object(Came))
    return thread.result()


@shows()
def sigint_ends_the_program():
    import subprocess
    import sys
    process = subprocess.Popen([sys.executable, "-S", "-c", "import threading, signal\n"
                                "signal.signal(2, signal.default_int_handler)\n"
                                "print(flush=True)\nthreading.Event().wait()"],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    process.stdout.readline()
    time.sleep(SOON_S)
    process.send_signal(signal.SIGINT)
    _, words = process.communicate(timeout=10)
    return words.splitlines()[-1], process.returncode, 'in wait' in words
