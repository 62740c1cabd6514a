# Copyright PythonPlus contributors.
"""What properties are made with."""
import os
import subprocess
import sys
import threading
import time

FRESH_LIMIT_S = 15          # for an interpreter that a property starts
ASLEEP_LIMIT_S = 8          # for a thread to fall asleep, on a busy machine
LOOK_S = 0.01

CLASSES = ["Condition", "Event", "Semaphore", "BoundedSemaphore"]
METHODS = {
    "Condition": ["__init__", "__enter__", "__exit__", "__repr__", "_release_save",
                  "_acquire_restore", "_is_owned", "_at_fork_reinit", "wait", "wait_for",
                  "notify", "notify_all", "notifyAll"],
    "Event": ["__init__", "__repr__", "_at_fork_reinit", "is_set", "isSet", "set", "clear",
              "wait"],
    "Semaphore": ["__init__", "__repr__", "acquire", "__enter__", "release", "__exit__"],
    "BoundedSemaphore": ["__init__", "__repr__", "release", "acquire", "__enter__",
                         "__exit__"],
}
EVERY_METHOD = ["%s.%s" % (name, method) for name in CLASSES for method in METHODS[name]]
USES = {"Condition": lambda one: [one.__enter__(), one.wait(0), one.notify(), one.release()],
        "Event": lambda one: [one.is_set(), one.set(), one.is_set(), one.wait(0)],
        "Semaphore": lambda one: [one.acquire(), one.acquire(False), one.release()],
        "BoundedSemaphore": lambda one: [one.acquire(), one.acquire(False), one.release()]}


class Shown:
    """A text that repr() leaves as it is."""

    def __init__(self, text):
        self._text = text

    def __repr__(self):
        return self._text


def told(call, *args, **kwargs):
    """Return what a call returns, or the type and the text of what it raises.

    A NameError is a mistake of the property, and goes on.
    """
    try:
        return call(*args, **kwargs)
    except NameError:
        raise
    except BaseException as error:
        return Shown("%s: %s" % (type(error).__name__, error))


def get(path):
    """Return what a dotted name in threading stands for: "Event.set"."""
    value = threading
    for name in path.split("."):
        value = getattr(value, name)
    return value


def uses(name, one):
    """Return what an object of the class does, one call after the other."""
    return told(USES[name], one)


class Runs(threading.Thread):
    """A daemon thread whose result, or exception, can be asked for."""

    def __init__(self, call, *args, **kwargs):
        super().__init__(daemon=True)
        self._call = call, args, kwargs
        self._result = Shown("still runs")
        self.start()

    def run(self):
        call, args, kwargs = self._call
        self._result = told(call, *args, **kwargs)

    def result(self, limit=ASLEEP_LIMIT_S):
        """Wait for the end; return what it returned, raised, or that it still runs."""
        self.join(limit)
        return self._result


def asleep(call, *args, **kwargs):
    """Return a thread that runs a call, and sleeps in it.

    It has slept from one look to the next, while nobody else ran here.
    """
    thread = Runs(call, *args, **kwargs)
    path = "/proc/self/task/%d/status" % thread.native_id
    end = time.monotonic() + ASLEEP_LIMIT_S
    before = None
    while time.monotonic() < end and thread.is_alive():
        time.sleep(LOOK_S)
        try:
            with open(path) as f:
                now = [line for line in f if line.startswith(("State", "volun", "nonvol"))]
        except (FileNotFoundError, ProcessLookupError):
            break
        if now == before and now[0].split()[1] == "S":
            return thread
        before = now
    if not thread.is_alive():
        return thread
    raise TimeoutError("the thread does not fall asleep")


def waiter(cond, log=None, name=None, timeout=None):
    """A thread that sleeps in cond.wait()."""
    def wait():
        with cond:
            result = cond.wait(timeout)
            if log is not None:
                log.append(name)
            return result
    return asleep(wait)


def notify(cond, *args):
    """Call cond.notify() with its lock."""
    with cond:
        return cond.notify(*args)


def still(thread):
    """Return whether the thread goes on sleeping, after it had time to wake up."""
    thread.join(0.1)
    return thread.is_alive()


def fresh(code, *flags, **environment):
    """Return what a new interpreter prints for the code, its last word on stderr, and its
    exit status; or that it hangs."""
    clean = {name: value for name, value in os.environ.items()
             if not name.startswith("PYTHON")}
    try:
        ended = subprocess.run([sys.executable, "-S", "-B", *flags, "-c", code],
                               env=clean | environment, stdin=subprocess.DEVNULL,
                               capture_output=True, text=True, timeout=FRESH_LIMIT_S)
    except subprocess.TimeoutExpired:
        return "hangs"
    words = [line for line in ended.stderr.splitlines() if line]
    return [*ended.stdout.splitlines(), *words[-1:], ended.returncode]


def in_child(call, *args):
    """Return what a call returns in the child of a fork, as text, or that it hangs."""
    pipe, end = os.pipe()
    pid = os.fork()
    if not pid:
        os.write(end, repr(told(call, *args)).encode())
        os._exit(0)
    os.close(end)
    answer = Runs(os.read, pipe, 1 << 16).result(3)
    os.kill(pid, 9)
    os.waitpid(pid, 0)
    return Shown(answer.decode() or "dies") if isinstance(answer, bytes) else Shown("hangs")
