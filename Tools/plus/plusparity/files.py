# Copyright PythonPlus contributors.
"""Run test files of CPython, each by a regrtest of its own."""
import os
import signal
import subprocess
import tempfile
import time

import runtests

from . import outcomes

# The same for all interpreters. There may be neither display nor network: what needs
# them would be skipped or would fail by chance.
RESOURCES = "-uall,-gui,-network,-urlfetch"
FILE_LIMIT_S = 1800         # for one file; then its stacks are shown
STOP_LIMIT_S = 30           # for a regrtest that is asked to stop


class CannotRun(Exception):
    """An interpreter does not run its tests."""


def flags(limit):
    """Return regrtest's arguments: the same random numbers on both, too."""
    return ["-m", "test", "-j1", "-W", RESOURCES, "--randseed", "1", "--timeout", str(limit)]


def names(command):
    """Return the names of the interpreter's test files, without ours."""
    result = subprocess.run([*command, "-m", "test", "--list-tests"], capture_output=True,
                            encoding="utf-8", env=runtests.environment(), stdin=subprocess.DEVNULL)
    if result.returncode or not result.stdout.split():
        raise CannotRun("%s has no test files of CPython (%s)" % (
            command[0], (result.stderr.strip().splitlines() or ["none is listed"])[-1]))
    return [name for name in result.stdout.split()
            if not name.rpartition(".")[2].startswith("test_plus_")]


class Stopped(Exception):
    """The run was asked to stop."""


class Runner:
    """Runs files, from several threads too, until stop() is called."""

    def __init__(self, limit=FILE_LIMIT_S):
        self.limit = limit
        self._running = set()
        self._stopped = False

    def run(self, command, name, patterns=()):
        """Run a file, or its cases that match the patterns; return (record, text).

        Raises Stopped if it did not come to its end.
        """
        start = time.monotonic()
        with tempfile.TemporaryDirectory(prefix="plus-parity-",
                                         ignore_cleanup_errors=True) as folder:
            result = os.path.join(folder, "result.xml")
            words = [word for pattern in patterns for word in ("-m", pattern)]
            text = self._show([*command, *flags(self.limit), "--tempdir", folder,
                               "--junit-xml", result, *words, name])
            record = outcomes.read(name, text.splitlines(), result)
        if self._stopped:
            raise Stopped
        if record is None:
            record = {"cases": {outcomes.FILE: "crashed"}}
        return record | {"seconds": round(time.monotonic() - start, 1)}, text

    def _show(self, command):
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                   stderr=subprocess.STDOUT, encoding="utf-8",
                                   errors="backslashreplace", env=runtests.environment(),
                                   start_new_session=True)
        self._running.add(process)
        try:
            if self._stopped:
                process.send_signal(signal.SIGINT)
            return process.communicate()[0]
        finally:
            self._running.discard(process)

    def stop(self):
        """Let the regrtests that run stop their workers and end."""
        self._stopped = True
        for process in list(self._running):
            process.send_signal(signal.SIGINT)
        deadline = time.monotonic() + STOP_LIMIT_S
        for process in list(self._running):
            try:
                process.wait(max(0, deadline - time.monotonic()))
            except subprocess.TimeoutExpired:
                process.kill()
