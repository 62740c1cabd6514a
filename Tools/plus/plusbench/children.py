# Copyright PythonPlus contributors.
"""One child process: its environment, its time limit, its end."""
import contextlib
import json
import os
import select
import signal
import subprocess
import tempfile

STDERR_KEPT = 2000          # characters of a dying child's last words

# A site-packages folder can start anything, and .pyc files would be written
# into the tools' folder: neither belongs to what is measured.
FLAGS = ["-S", "-B"]
CHILD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "workloads", "child.py")


class ChildFailed(Exception):
    """A child died, hung or gave no result; the text says which."""


def environment():
    """Return our environment without PYTHON*, but with PYTHONPLUS_*.

    The children would run without a user's PYTHONPATH or PYTHONMALLOC, but
    what selects the scheduler has to reach them: hence not -E or -I.
    """
    return {name: value for name, value in os.environ.items()
            if name.startswith("PYTHONPLUS_") or not name.startswith("PYTHON")}


def run(command, argument, limit):
    """Run child.py under a Python command; return its answer.

    After limit seconds the child and its clients are killed: they are a
    process group of their own.
    """
    try:
        process = subprocess.Popen(
            command + FLAGS + [CHILD, argument], env=environment(),
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, start_new_session=True,
            encoding="utf-8", errors="replace")
    except OSError as error:
        raise ChildFailed("cannot be started: %s" % error.strerror)
    try:
        out, err = process.communicate(timeout=limit)
    except subprocess.TimeoutExpired:
        kill(process)
        _, err = process.communicate()
        raise ChildFailed("gave no result within %g s and was killed%s"
                          % (limit, _last_words(err)))
    except BaseException:
        kill(process)
        process.wait()
        raise
    return _answer(process.returncode, out, err)


class Talk:
    """A child that answers line by line, until end(); a context manager.

    It has limit seconds for each answer.
    """

    def __init__(self, command, argument, limit):
        self._limit = limit
        # A file: a pipe that nobody reads meanwhile could fill up.
        self._errors = tempfile.TemporaryFile()
        try:
            self._process = subprocess.Popen(
                command + FLAGS + [CHILD, argument], env=environment(),
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
                start_new_session=True, encoding="utf-8", errors="replace")
        except OSError as error:
            self._errors.close()
            raise ChildFailed("cannot be started: %s" % error.strerror)
        self.pid = self._process.pid

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        if self._process.poll() is None:
            kill(self._process)
            self._process.wait()
        for file in self._process.stdin, self._process.stdout, self._errors:
            with contextlib.suppress(BrokenPipeError):
                file.close()

    def ask(self, text=""):
        """Send text; return the answer, which is a line with a number."""
        out = self._process.stdout
        with contextlib.suppress(BrokenPipeError):      # then it says no more
            self._process.stdin.write(text)
            self._process.stdin.flush()
        # Nothing is left in the buffer: every answer is one line.
        if not select.select([out], [], [], self._limit)[0]:
            self._too_late()
        try:
            return float(out.readline())
        except ValueError:
            # It is gone, or going: its status says why, if it says anything.
            self.end()
            raise ChildFailed("gave no result")

    def end(self):
        """Send no more; return the child's last answer."""
        try:
            out, _ = self._process.communicate(timeout=self._limit)
        except subprocess.TimeoutExpired:
            self._too_late()
        return _answer(self._process.returncode, out, self._words())

    def _too_late(self):
        kill(self._process)
        self._process.wait()
        raise ChildFailed("gave no result within %g s and was killed%s"
                          % (self._limit, _last_words(self._words())))

    def _words(self):
        self._errors.seek(0)
        return self._errors.read().decode("utf-8", "replace")


def kill(process):
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def _answer(status, out, err):
    if status < 0:
        raise ChildFailed("died of %s%s" % (_signal_name(-status), _last_words(err)))
    if status:
        raise ChildFailed("ended with status %d%s" % (status, _last_words(err)))
    try:
        answer = json.loads(out.splitlines()[-1])
    except (IndexError, ValueError):
        answer = None
    if not isinstance(answer, dict):
        raise ChildFailed("gave no result%s" % _last_words(err or out))
    return answer


def _signal_name(number):
    try:
        return signal.Signals(number).name
    except ValueError:
        return "signal %d" % number


def _last_words(text):
    lines = text[-STDERR_KEPT:].strip().splitlines()
    return ": " + lines[-1] if lines else ""
