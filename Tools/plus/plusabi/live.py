# Copyright PythonPlus contributors.
"""Live: a sampler that knows _Py_DebugOffsets only finds threads, GIL and functions.

This is what py-spy and its like do: they read the memory of a process that runs, and
find their way by the table at the start of _PyRuntime. Here the fields of the table
are named by the debug information of the interpreter that is looked into.
"""
import json
import os
import select
import struct
import subprocess
import time

from . import layout, symbols
from .interpreters import Failed, NotTried, environment

HERE = os.path.dirname(os.path.abspath(__file__))
TARGET = os.path.join(HERE, "live_target.py")
START_LIMIT_S = 60
SAMPLES = 300
PAUSE_S = 0.002
COOKIE = b"xdebugpy"
# A string's characters follow the object's head.
NAME_LIMIT = 200


def load_base(pid, path):
    """Return what is to be added to the addresses in the file of the program."""
    with open(path, "rb") as f:
        kind = struct.unpack_from("<H", f.read(18), 16)[0]
    if kind != 3:               # ET_EXEC: not moved
        return 0
    with open(f"/proc/{pid}/maps", encoding="utf-8") as f:
        return next(int(line.split("-")[0], 16) for line in f if line.rstrip().endswith(path))


class Sampler:
    """Reads the memory of one process. Its fields are those of the table."""

    def __init__(self, python, pid, folder):
        kinds = layout.of_program(python.path, ("PyObject", "_Py_DebugOffsets"), folder)
        self.places = kinds["_Py_DebugOffsets"]
        path = os.path.realpath(python.path)
        self.runtime = load_base(pid, path) + runtime_address(path)
        self.memory = open(f"/proc/{pid}/mem", "rb", buffering=0)

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.memory.close()

    def read(self, address, size):
        return os.pread(self.memory.fileno(), size, address)

    def word(self, address, size=8):
        return int.from_bytes(self.read(address, size), "little")

    def offset(self, name):
        return self.word(self.runtime + self.places[name][0] // 8)

    def field(self, address, name, size=8):
        """The field of the structure at address that the table calls name."""
        return self.word(address + self.offset(name), size)

    def interpreter(self):
        return self.field(self.runtime, "runtime_state.interpreters_head")

    def threads(self):
        """Return {address of a thread state: native id}."""
        found, thread = {}, self.field(self.interpreter(), "interpreter_state.threads_head")
        while thread:
            found[thread] = self.field(thread, "thread_state.native_thread_id")
            thread = self.field(thread, "thread_state.next")
        return found

    def gil(self):
        """Return (locked, last holder), read one after the other."""
        interpreter = self.interpreter()
        return (self.field(interpreter, "interpreter_state.gil_runtime_state_locked", 4),
                self.field(interpreter, "interpreter_state.gil_runtime_state_holder"))

    def function(self, thread):
        """Return the name of the Python function that runs in a thread."""
        frame = self.field(thread, "thread_state.current_frame")
        code = self.field(frame, "interpreter_frame.executable")
        name = self.field(code, "code_object.name")
        length = min(self.field(name, "unicode_object.length"), NAME_LIMIT)
        return self.read(name + self.offset("unicode_object.asciiobject_size"), length).decode()


def runtime_address(path):
    found = symbols.addresses(path).get("_PyRuntime")
    if found is None:
        raise NotTried(f"{path} does not hold _PyRuntime: the library is shared")
    return found


class Target:
    """The process that is looked into; a context manager."""

    def __init__(self, python, busy):
        self.process = subprocess.Popen([python.path, TARGET, str(busy)], env=environment(),
                                        stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        try:
            out = self.process.stdout
            if not select.select([out], [], [], START_LIMIT_S)[0]:
                raise Failed("the process to look into did not start")
            self.facts = json.loads(out.readline() or "{}")
        except BaseException:
            self.__exit__()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *exc_info):
        self.process.kill()
        self.process.communicate()


def look(python, busy, folder):
    """Return (facts of the target, {thread: native id}, samples of (locked, holder), names)."""
    with Target(python, busy) as target, Sampler(python, target.process.pid, folder) as sampler:
        if sampler.read(sampler.runtime, len(COOKIE)) != COOKIE:
            raise Failed("the table does not begin with its mark")
        threads = sampler.threads()
        time.sleep(0.2)         # those that sleep have come there
        samples = []
        for _ in range(SAMPLES):
            samples.append(sampler.gil())
            time.sleep(PAUSE_S)
        native = {number: thread for thread, number in threads.items()}
        names = {sampler.function(native[number])
                 for number in target.facts["busy"] if number in native}
    return target.facts, threads, samples, names


def check(python, busy, folder):
    facts, threads, samples, names = look(python, busy, folder)
    if sorted(threads.values()) != facts["all"]:
        raise Failed(f"threads {sorted(threads.values())}, not {facts['all']}")
    if names - {"busy_loop"} or (busy and not names):
        raise Failed(f"busy threads run {names}, not busy_loop")
    locked = sum(flag for flag, _ in samples)
    holders = {threads.get(holder) for _, holder in samples}
    # One busy thread never gives the GIL up; between two there is a moment without.
    least, most = {0: (0, 0), 1: (SAMPLES, SAMPLES), 2: (SAMPLES // 2, SAMPLES)}[busy]
    if not least <= locked <= most:
        raise Failed(f"locked in {locked} of {SAMPLES} samples, with {busy} busy threads")
    if busy and holders != set(facts["busy"]):
        raise Failed(f"the holders were {holders}, not {facts['busy']}")
    return f"{len(threads)} threads; locked in {locked} of {SAMPLES} samples; holders are right"


def offsets(stock, plus, folder):
    """The table of both: the same fields, the same mark and version."""
    tables = []
    for python in (stock, plus):
        with Target(python, 0) as target, Sampler(python, target.process.pid, folder) as sampler:
            tables.append({name: sampler.word(sampler.runtime + place[0] // 8)
                           for name, place in sampler.places.items()
                           if name and place[1] == 64})
    theirs, ours = tables
    if theirs.keys() != ours.keys() or theirs["version"] != ours["version"]:
        raise Failed("the tables have other fields")
    changed = [f"{name} {value}/{ours[name]}" for name, value in theirs.items()
               if value != ours[name]]
    return f"{len(theirs)} fields; other values (stock/plus): {', '.join(changed) or 'none'}"


def checks(stock, plus, folder):
    yield "_Py_DebugOffsets", lambda: offsets(stock, plus, folder)
    for python in (stock, plus):
        for busy, what in enumerate(("all threads sleep", "one busy thread", "two busy threads")):
            yield (f"sampler on {python.name}, {what}",
                   lambda python=python, busy=busy: check(python, busy, folder))
