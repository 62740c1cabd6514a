# Copyright PythonPlus contributors.
"""Run properties in the interpreter that runs this, each in a forked child of its own.

usage: python runner.py FOLDER <<< '{"names": [...], "limit": SECONDS, "jobs": N}'

A line of JSON for each property, as they come: its name, how it ended ("shows",
"raises", "hangs", "dies") and a text.
"""
import gc
import json
import os
import resource
import select
import signal
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
from plusvisible import table, values       # noqa: E402

LEFT_ALONE_S = 20           # a child whose runner was killed ends by itself after so long


class Child:
    """One property in a process, which leads a group of its own."""

    def __init__(self, prop, limit):
        self.name = prop.name
        self.deadline = time.monotonic() + limit
        self.pipe, end = os.pipe()
        self.pid = os.fork()
        if not self.pid:
            try:
                os.close(self.pipe)
                _be_child(prop, end, limit)
            finally:
                os._exit(1)
        os.close(end)
        self._text = b""

    def read(self):
        """Return (how it ended, text) if it has ended, or None."""
        part = os.read(self.pipe, 1 << 16)
        self._text += part
        # Not the end of the file: what it has started may hold the pipe.
        if part and not part.endswith(b"\n"):
            return None
        status = self.end(kill=bool(part))
        if part:
            return json.loads(self._text)
        return "dies", _status(status)

    def end(self, kill=True):
        """Reap the process, and with kill end it and what it has started before."""
        if kill:
            self._kill()
        _, status = os.waitpid(self.pid, 0)
        if not kill:
            self._kill()            # the others of its group
        os.close(self.pipe)
        return status

    def _kill(self):
        for kill in os.killpg, os.kill:
            try:
                kill(self.pid, signal.SIGKILL)
                return
            except ProcessLookupError:          # not a group yet, or no more
                pass


def _be_child(prop, end, limit):
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.alarm(int(limit) + LEFT_ALONE_S)
    nothing = os.open(os.devnull, os.O_RDWR)
    for stream in range(3):
        os.dup2(nothing, stream)
    try:
        answer = "shows", values.text(prop.value())
    except BaseException as error:
        answer = "raises", values.text("%s: %s" % (type(error).__name__, error))
    line = json.dumps(answer).encode() + b"\n"
    while line:
        line = line[os.write(end, line):]
    signal.pause()                  # the runner ends it, without our atexit and finalizers


def _status(status):
    code = os.waitstatus_to_exitcode(status)
    return "of %s" % signal.Signals(-code).name if code < 0 else "with status %d" % code


def run(properties, limit, jobs):
    """Yield (name, how it ended, text) for each property."""
    waiting, children = list(reversed(properties)), {}
    try:
        while waiting or children:
            while waiting and len(children) < jobs:
                child = Child(waiting.pop(), limit)
                children[child.pipe] = child
            nearest = min(child.deadline for child in children.values())
            ready, _, _ = select.select(list(children), [], [],
                                        max(0, nearest - time.monotonic()))
            for pipe in ready:
                if answer := children[pipe].read():
                    yield children.pop(pipe).name, *answer
            for pipe in [pipe for pipe, child in children.items()
                         if child.deadline <= time.monotonic()]:
                child = children.pop(pipe)
                child.end()
                yield child.name, "hangs", "for %g s" % limit
    finally:
        for child in children.values():
            child.end()


def main(argv):
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    signal.signal(signal.SIGINT, signal.default_int_handler)
    wanted = json.load(sys.stdin)
    known = {each.name: each for each in table.load(argv[0])}
    gc.freeze()             # a collection in a child would copy every page
    for answer in run([known[name] for name in wanted["names"]],
                      wanted["limit"], wanted["jobs"]):
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
