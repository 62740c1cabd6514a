# Copyright PythonPlus contributors.
"""Running properties on both interpreters, side by side."""
import json
import os
import subprocess
import tempfile
import threading

from plusbench import children

RUNNER = os.path.join(os.path.dirname(os.path.abspath(__file__)), "runner.py")
STDERR_KEPT = 2000


class CannotRun(Exception):
    """An interpreter does not run the properties; the text says why."""


class Runner:
    """The properties on one interpreter, in a process that is read by a thread."""

    def __init__(self, command, folder, properties, limit, jobs):
        self._command = command
        self._errors = tempfile.TemporaryFile()     # a pipe could fill up
        self._process = subprocess.Popen(
            command + children.FLAGS + [RUNNER, folder], env=children.environment(),
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=self._errors,
            encoding="utf-8")
        self.outcomes = {}
        self._names = [each.name for each in properties]
        wanted = {"names": self._names, "limit": limit, "jobs": jobs}
        self._thread = threading.Thread(target=self._talk, args=(json.dumps(wanted),))
        self._thread.start()

    def _talk(self, wanted):
        try:
            self._process.stdin.write(wanted)
            self._process.stdin.close()
        except BrokenPipeError:
            pass                            # its status tells
        for line in self._process.stdout:
            name, how, text = json.loads(line)
            self.outcomes[name] = how, text

    def result(self):
        """Return {name: (how it ended, text)} when all have been run."""
        self._thread.join()
        status = self._process.wait()
        self._errors.seek(0)
        words = self._errors.read()[-STDERR_KEPT:].decode("utf-8", "replace").strip()
        self._errors.close()
        if status or len(self.outcomes) != len(self._names):
            raise CannotRun("%s: the runner ended with status %d after %d of %d properties%s" % (
                self._command[0], status, len(self.outcomes), len(self._names),
                words and ": " + words.splitlines()[-1]))
        return self.outcomes

    def stop(self):
        """End it with all that it has started."""
        if self._process.poll() is None:
            self._process.terminate()
        self._thread.join()
        self._process.wait()
        self._process.stdout.close()


def run(commands, folder, properties, limit, jobs):
    """Return the outcomes of the properties, a dictionary for each command."""
    runners = []
    try:
        for command in commands:
            runners.append(Runner(command, folder, properties, limit, jobs))
        return [each.result() for each in runners]
    except OSError as error:
        raise CannotRun("%s: %s" % (commands[len(runners)][0], error.strerror))
    finally:
        for each in runners:
            each.stop()
