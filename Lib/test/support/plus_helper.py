"""What our tests share.

Children: run_child() runs code in a fresh interpreter under a chosen policy,
with a limit on its time; a child that hangs shows the stacks of its threads.
Load: Burners are threads that always want the GIL.
"""

import _thread
import gc
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
import unittest
from test import support

POLICIES = ("io", "stock")
POLICY = _thread.gil_info().policy
OTHER_POLICY = POLICIES[1 - POLICIES.index(POLICY)]

NATIVE_LOCKS = _thread.gil_info().locks == "native"
NATIVE_CONDITION = _thread.gil_info().condition == "native"

# Set in a child that runs a test file again, lest that starts children as well.
CHILD_MARK = "PLUS_TEST_CHILD"

# A chaos build, or one with a sanitizer: each transition of the GIL takes longer.
CHAOS = _thread.gil_info().chaos is not None
SANITIZED = support.check_sanitizer(address=True, memory=True, ub=True, thread=True)

# What has to be fast may take this many times as long in such a build.  Nothing
# else about a test changes: a thread that is forgotten is late for ever.
PATIENCE = 10 if CHAOS or SANITIZED else 1

only_chaos = unittest.skipUnless(CHAOS, "describes a chaos build")
# Chaos preempts before it is due, and its delays count as sleeps.
only_undisturbed = unittest.skipIf(CHAOS, "tells when the GIL passes, which chaos decides")
only_io = unittest.skipUnless(POLICY == "io", "describes the policy io")
only_stock = unittest.skipUnless(POLICY == "stock", "describes the policy stock")


def is_native(obj):
    """Tell whether C does what the condition, event or semaphore does."""
    return any(type(each).__qualname__ == "_family" for each in gc.get_referents(obj))


def waiting(cond):
    """Return how many threads wait, without a look at cond._waiters, which would let
    CPython's code do from then on what cond does."""
    return int(repr(cond).rpartition(", ")[2][:-2])


def plain(cls):
    """Return a class derived from Condition, Event or a semaphore which CPython's code
    does, for it is not as that was made."""
    names = {"_waiters": None, "_flag": None, "_value": None}
    return type(cls)(cls.__name__, (cls,), {
        **{name: value for name, value in names.items() if name in dir(cls)},
        "__module__": cls.__module__, "__qualname__": cls.__qualname__})


def clean_environment(**variables):
    """Return the environment without what chooses a policy, with variables."""
    env = {k: v for k, v in os.environ.items() if k != "PYTHONPLUS_GIL"}
    return env | variables


def run(args, limit=support.SHORT_TIMEOUT, **env):
    """Run a program.  Returns its CompletedProcess, with text; after limit
    seconds, with faulthandler's view of its threads in the message, it fails."""
    child = subprocess.Popen(args, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True,
                             env=clean_environment(**env))
    with child:
        try:
            out, err = child.communicate(timeout=limit)
        except subprocess.TimeoutExpired:
            out, err = autopsy(child)
            raise AssertionError(f"{args} hangs for {limit} s:\n{out}\n{err}") from None
    return subprocess.CompletedProcess(args, child.returncode, out, err)


def autopsy(child):
    """End a child that hangs.  Returns its output, with the stacks."""
    child.send_signal(signal.SIGABRT)
    try:
        return child.communicate(timeout=5)
    except subprocess.TimeoutExpired:
        child.kill()
        return child.communicate()


def run_child(code, *args, policy=POLICY, limit=support.SHORT_TIMEOUT, **env):
    """Run code, which is dedented, in a new interpreter.  Returns as run() does."""
    return run([sys.executable, "-X", f"plus_gil={policy}", "-X", "faulthandler",
                *args, "-c", textwrap.dedent(code)], limit, **env)


def run_child_ok(code, *args, **kw):
    """Run code likewise, and return what it prints; it must exit with 0."""
    result = run_child(code, *args, **kw)
    if result.returncode != 0:
        raise AssertionError(f"exit status {result.returncode}:\n{result.stdout}\n"
                             f"{result.stderr}")
    return result.stdout


def under_other_policy(name):
    """Make a test case that runs the file `name` again under the other policy."""

    @unittest.skipIf(CHILD_MARK in os.environ, "the parent runs the other policy")
    @support.requires_subprocess()
    class UnderOtherPolicy(unittest.TestCase):
        def test_the_same_holds_under_the_other_policy(self):
            result = run([sys.executable, "-X", f"plus_gil={OTHER_POLICY}",
                          "-X", "faulthandler", "-m", "unittest", name],
                         limit=4 * PATIENCE * support.SHORT_TIMEOUT, **{CHILD_MARK: "1"})
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    UnderOtherPolicy.__module__ = name
    return UnderOtherPolicy


class Repeaters:
    """Threads that repeat a function each, for as long as a with statement.

    counts: how often each has come round.  cpu: after the end, the CPU seconds each has
    used; a thread uses CPU only while it has the GIL, but for a little spinning, so
    these are the threads' shares of the GIL, whatever else the machine does.
    """

    def __init__(self, *functions):
        self.counts = [0] * len(functions)
        self.cpu = [0.0] * len(functions)
        self._stop = False
        self._threads = [threading.Thread(target=self._run, args=(i, f), daemon=True)
                         for i, f in enumerate(functions)]

    def _run(self, i, function):
        start = time.thread_time()
        self._repeat(i, function)
        self.cpu[i] = time.thread_time() - start

    def _repeat(self, i, function):
        while not self._stop:
            function()
            self.counts[i] += 1

    def __enter__(self):
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *exc):
        self._stop = True
        join_all(self._threads)

    def wait_for_progress(self):
        """Return when each of them has run since the call."""
        before = list(self.counts)
        for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.02):
            if all(now > then for now, then in zip(self.counts, before)):
                return


class Burners(Repeaters):
    """n threads that count as fast as they can."""

    def __init__(self, n):
        super().__init__(*[None] * n)

    def _repeat(self, i, function):
        counts = self.counts
        while not self._stop:
            counts[i] += 1


def join_all(threads, limit=support.SHORT_TIMEOUT):
    """Join all threads within limit seconds, all together."""
    deadline = time.monotonic() + limit
    for thread in threads:
        thread.join(max(0.0, deadline - time.monotonic()))
        if thread.is_alive():
            raise AssertionError(f"{thread} does not end within {limit} s")


def run_threads(functions, limit=support.SHORT_TIMEOUT):
    """Run each function in a thread.  Returns the results; an exception in one
    of them is raised here."""
    results = [None] * len(functions)
    errors = []

    def call(i, function):
        try:
            results[i] = function()
        except BaseException as exc:
            errors.append(exc)

    threads = [threading.Thread(target=call, args=(i, f), daemon=True)
               for i, f in enumerate(functions)]
    for thread in threads:
        thread.start()
    join_all(threads, limit)
    if errors:
        raise errors[0]
    return results


def wait_until_waiting(*threads):
    """Return when all threads sleep in the kernel, as far as that can be seen."""
    for _ in support.sleeping_retry(support.SHORT_TIMEOUT, max_delay=0.01):
        if all(_sleeps(thread) for thread in threads):
            time.sleep(0.002)
            if all(_sleeps(thread) for thread in threads):
                return


def _sleeps(thread):
    try:
        with open(f"/proc/self/task/{thread.native_id}/stat") as file:
            return file.read().rpartition(")")[2].split()[0] == "S"
    except FileNotFoundError:
        raise AssertionError(f"{thread} has ended") from None


class SwitchInterval:
    """sys.setswitchinterval() for as long as a with statement."""

    def __init__(self, seconds):
        self.seconds = seconds

    def __enter__(self):
        self.before = sys.getswitchinterval()
        sys.setswitchinterval(self.seconds)

    def __exit__(self, *exc):
        sys.setswitchinterval(self.before)


def lateness(seconds=0.001, times=50):
    """Sleep repeatedly.  Returns the sorted delays of the wake-ups, in seconds."""
    late = []
    for _ in range(times):
        start = time.perf_counter()
        time.sleep(seconds)
        late.append(time.perf_counter() - start - seconds)
    return sorted(late)


def median(values):
    return sorted(values)[len(values) // 2]


def best_of(attempts, measure, good):
    """Measure until good(figures), at most that often.  Returns the last figures.

    For figures that a busy machine can spoil once: what the scheduler does wrong,
    it does each time."""
    for _ in range(attempts):
        figures = measure()
        if good(figures):
            break
    return figures
