# Copyright PythonPlus contributors.
"""What looks into a Python that runs: faulthandler, gdb's helpers, perf."""
import glob
import os
import re
import shutil
import signal
import subprocess

from .interpreters import LIMIT_S, Failed, NotTried, call, environment

HERE = os.path.dirname(os.path.abspath(__file__))
WAITS = os.path.join(HERE, "waits.py")
# The functions of waits.py, each of which runs in a thread.
FUNCTIONS = ("in_lock", "in_rlock", "in_condition", "in_event", "in_semaphore", "in_queue",
             "in_join")

# What gdb's helpers say where the compiler has optimized a variable away.
UNREADABLE = "unable to read python frame information"


class Waiting:
    """A process whose threads wait in each kind of lock; a context manager."""

    def __init__(self, python, *options):
        self.process = subprocess.Popen(
            [python.path, *options, WAITS, *FUNCTIONS], env=environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        self.pid = self.process.pid

    def __enter__(self):
        if self.process.stdout.readline() != b"waiting\n":
            self.process.kill()
            raise Failed(f"waits.py did not start: {self.process.communicate()[1].decode()[-200:]}")
        return self

    def __exit__(self, *exc_info):
        self.process.kill()
        self.process.communicate()

    def end(self, number=None):
        """End it, by a signal or by closing its input; return what it wrote to stderr."""
        if number:
            self.process.send_signal(number)
        return self.process.communicate(timeout=LIMIT_S)[1].decode("utf-8", "replace")


def missing(text):
    return [name for name in FUNCTIONS if name not in text]


def dump(python, number, what):
    with Waiting(python, "-X", "faulthandler") as waiting:
        said = waiting.end(number)
    lost = missing(said)
    if lost or "busy" not in said:
        raise Failed(f"{what} does not show {' '.join(lost) or 'the busy thread'}")
    return f"{len(FUNCTIONS)} threads that wait and one that runs are shown"


def backtraces(python):
    """gdb attaches; py-bt of each thread names the Python function that waits."""
    if not shutil.which("gdb"):
        raise NotTried("gdb is not installed: install the Debian package gdb")
    helpers = glob.glob(os.path.join(os.path.dirname(python["config_h"]), "python-gdb.py"))
    if not helpers:
        raise NotTried("there is no python-gdb.py beside the interpreter")
    with Waiting(python) as waiting:
        said = call(["gdb", "-batch", "-nx", "-iex", "set auto-load off", "-p", str(waiting.pid),
                     "-ex", f"source {helpers[0]}", "-ex", "thread apply all py-bt"])
    lost = missing(said)
    if lost and UNREADABLE in said and re.search("-O[23]", python["CFLAGS"]):
        raise NotTried("gdb cannot read the frames of an optimized build, nor does CPython "
                       "test it; configure with --with-pydebug")
    if lost:
        raise Failed(f"py-bt does not show {' '.join(lost) or 'all frames'}")
    return f"py-bt shows {len(FUNCTIONS)} threads that wait"


def trampolines(python):
    """-X perf writes a map of Python functions, those of threads included."""
    with Waiting(python, "-X", "perf") as waiting:
        path = f"/tmp/perf-{waiting.pid}.map"
        try:
            with open(path, encoding="utf-8", errors="replace") as f:
                names = set(re.findall(r"py::(\w+)", f.read()))
        except FileNotFoundError:
            raise Failed("there is no map of functions") from None
        finally:
            if os.path.exists(path):
                os.unlink(path)
    lost = [name for name in (*FUNCTIONS, "busy") if name not in names]
    if lost:
        raise Failed(f"the map lacks {' '.join(lost)}")
    return f"{len(names)} functions in the map"


def checks(stock, plus, folder):
    for python in (stock, plus):
        for number, what in ((signal.SIGABRT, "a crash"), (signal.SIGUSR1, "a signal")):
            yield (f"faulthandler on {python.name}, {what}",
                   lambda p=python, n=number, w=what: dump(p, n, w))
        yield f"gdb's py-bt on {python.name}", lambda p=python: backtraces(p)
        yield f"-X perf on {python.name}", lambda p=python: trampolines(p)
