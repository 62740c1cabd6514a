"""Disturbed from outside: stopped, on one CPU, under a quota, while the clock is set."""

import os
import shlex
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import unittest
from test import support
from test.support import threading_helper
from test.support import plus_helper

threading_helper.requires_working_threading(module=True)
support.requires_subprocess()

# Threads of all kinds for a while; each must go on.
LOAD = """
import queue, sys, threading, time
SECONDS = float(sys.argv[1])
until = time.monotonic() + SECONDS
counts = dict.fromkeys(("lock", "condition", "queue", "event", "cpu", "timed"), 0)
lock, turn, there = threading.Lock(), [0], threading.Condition()
to, fro = queue.Queue(1), queue.SimpleQueue()
here, yonder = threading.Event(), threading.Event()

def going():
    return time.monotonic() < until

def count(name):
    counts[name] += 1

def locks():
    while going():
        with lock:
            count("lock")

def tokens(mine):
    while going():
        with there:
            if there.wait_for(lambda: turn[0] == mine, 0.5):
                turn[0] = 1 - mine
                there.notify_all()
                count("condition")

def produce():
    while going():
        to.put(1)
        fro.get()
        count("queue")
    to.put(None)

def consume():
    while to.get():
        fro.put(1)

def events(mine, other):
    while going():
        if mine.wait(0.5):
            mine.clear()
            count("event")
        other.set()

def cpu():
    while going():
        for i in range(1000):
            pass
        count("cpu")

def timed():
    # Time-outs are never early, by the clock that does not jump.
    held = threading.Lock()
    held.acquire()
    while going():
        for wait in (lambda: held.acquire(timeout=0.01), lambda: threading.Event().wait(0.01),
                     lambda: threading.Semaphore(0).acquire(timeout=0.01)):
            begin = time.monotonic()
            assert not wait()
            assert time.monotonic() - begin >= 0.01
        count("timed")

threads = [threading.Thread(target=target, args=args) for target, args in (
    (locks, ()), (locks, ()), (tokens, (0,)), (tokens, (1,)), (produce, ()), (consume, ()),
    (events, (here, yonder)), (events, (yonder, here)), (cpu, ()), (timed, ()))]
print("begin", flush=True)
for one in threads:
    one.start()
while threads:
    threads.pop().join()
assert all(counts.values()), counts
late = time.monotonic() - until
print("late" if late > 20 else "done")
"""


def start(*words, seconds=2.0, **kw):
    return subprocess.Popen([*words, sys.executable, "-X", f"plus_gil={plus_helper.POLICY}",
                             "-X", "faulthandler", "-c", LOAD, str(seconds)],
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, **kw)


class Disturbed(unittest.TestCase):
    def finish(self, child, said="begin\ndone\n"):
        try:
            out, err = child.communicate(timeout=support.LONG_TIMEOUT)
        except subprocess.TimeoutExpired:
            out, err = plus_helper.autopsy(child)
            self.fail(f"it hangs:\n{out}\n{err}")
        self.assertEqual((child.returncode, err), (0, ""))
        self.assertEqual(out, said)

    def test_stopped_and_continued(self):
        child = start()
        with child:
            self.assertEqual(child.stdout.readline(), "begin\n")
            for pause in (0.0, 0.01, 0.3) * 3:
                child.send_signal(signal.SIGSTOP)
                time.sleep(pause)
                child.send_signal(signal.SIGCONT)
                time.sleep(0.05)
            self.finish(child, said="done\n")

    @unittest.skipUnless(hasattr(os, "sched_setaffinity"), "needs os.sched_setaffinity()")
    def test_one_cpu(self):
        one = {min(os.sched_getaffinity(0))}
        with start(preexec_fn=lambda: os.sched_setaffinity(0, one)) as child:
            self.finish(child)

    @unittest.skipUnless(os.path.isdir("/proc/self/task"), "needs Linux' /proc")
    def test_from_many_cpus_to_one(self):
        # The scheduler has seen more than one, and spins.
        with start() as child:
            self.assertEqual(child.stdout.readline(), "begin\n")
            time.sleep(0.5)
            for thread in os.listdir(f"/proc/{child.pid}/task"):
                os.sched_setaffinity(int(thread), {min(os.sched_getaffinity(0))})
            self.finish(child, said="done\n")

    def test_a_quota(self):
        # A tenth of a CPU: all threads stand still for most of each 100 ms.
        try:
            group = Quota(10_000, 100_000)
        except OSError as exc:
            self.skipTest(f"no cgroup with a CPU quota can be made: {exc}")
        with group, start(seconds=4) as child:
            self.assertEqual(child.stdout.readline(), "begin\n")
            group.add(child.pid)
            self.finish(child, said="done\n")
            self.assertTrue(group.throttled())

    @unittest.skipIf(plus_helper.SANITIZED, "the sanitizer's library must come first")
    def test_the_clock_is_set(self):
        # A library that lies about the time of day, and jumps.
        compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
        with tempfile.TemporaryDirectory() as folder:
            source, library = os.path.join(folder, "clock.c"), os.path.join(folder, "clock.so")
            with open(source, "w") as file:
                file.write(CLOCK)
            try:
                subprocess.run([*compiler, "-shared", "-fPIC", source, "-o", library],
                               check=True, capture_output=True)
            except (FileNotFoundError, subprocess.CalledProcessError):
                self.skipTest(f"{compiler[0]} compiles no library that can be preloaded")
            env = {**os.environ, "LD_PRELOAD": library}
            seen = subprocess.run(
                [sys.executable, "-c", "import time\n"
                 "print(len({round(time.time(), -4) for i in range(100)}) > 1)"],
                env=env, capture_output=True, text=True)
            self.assertEqual(seen.stdout, "True\n", seen.stderr)
            with start(env=env) as child:
                self.finish(child)


class Quota:
    """A cgroup, of version 1 or 2, that gets quota of each period of CPU time; us.

    Raises OSError if there is none, or one may not be made."""

    def __init__(self, quota, period):
        name = f"pythonplus-test-{os.getpid()}"
        if os.path.exists("/sys/fs/cgroup/cpu/cpu.cfs_quota_us"):
            self.path = f"/sys/fs/cgroup/cpu/{name}"
            limits = [("cpu.cfs_period_us", str(period)), ("cpu.cfs_quota_us", str(quota))]
        else:
            self.path = f"/sys/fs/cgroup/{name}"
            limits = [("cpu.max", f"{quota} {period}")]
        os.mkdir(self.path)
        try:
            for file, value in limits:
                self.write(file, value)
        except OSError:
            os.rmdir(self.path)
            raise

    def write(self, file, value):
        with open(os.path.join(self.path, file), "w") as f:
            f.write(value)

    def add(self, pid):
        self.write("cgroup.procs", str(pid))

    def throttled(self):
        """How many periods came to their end before the threads did."""
        with open(os.path.join(self.path, "cpu.stat")) as stat:
            return dict(line.split() for line in stat).get("nr_throttled", "0") != "0"

    def __enter__(self):
        return self

    def __exit__(self, *exc):
        os.rmdir(self.path)


CLOCK = """
#define _GNU_SOURCE
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

int
clock_gettime(clockid_t clock, struct timespec *ts)
{
    static _Atomic int calls;
    int status = (int)syscall(SYS_clock_gettime, clock, ts);
    if (clock == CLOCK_REALTIME) {
        ts->tv_sec += ++calls % 3 * 86400 - 86400;     /* yesterday, today, tomorrow */
    }
    return status;
}
"""


if __name__ == "__main__":
    unittest.main()
