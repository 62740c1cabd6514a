# Copyright PythonPlus contributors.
"""The parent's view of the process under load: heartbeats, memory, its end."""
import json
import os
import random
import select
import signal
import subprocess
import tempfile
import time

from plusbench import children, stats

LOAD = os.path.join(os.path.dirname(os.path.abspath(__file__)), "load.py")
LOOK_S = 0.1                # how often gaps are looked at
SAMPLES = 400               # of the memory, over the whole time
SAMPLE_S = 1.0              # but at most so far apart
END_LIMIT_S = 60            # for the workers to leave their units
EXIT_S = 30                 # for the process to end after that
STOP_EVERY_S = 60           # on average the process is stopped so often (SIGSTOP), ...
STOPPED_S = 3               # ... for at most so long, and in a short run ...
STOPPED_PART = 0.1          # ... for at most so much of it
DUMP_S = 2.0                # to write the stacks of a process that stalls
GROWTH_PERCENT = 5          # of memory, from the second quarter to the last; but
GROWTH_LEAST_KB = 4096      # never less than this: pools of the C library


class Kind:
    """What was heard of the workers of one kind."""

    def __init__(self, now):
        self.units = 0
        self.last = now
        self.longest = 0.0      # seconds between two heartbeats

    def beat(self, units, now):
        self.units += units
        self.longest = max(self.longest, now - self.last)
        self.last = now


class Watch:
    """Run a load for some seconds; then tell what was wrong, in .broken."""

    def __init__(self, command, names, seed, seconds, stall_s):
        self.command, self.seed = command, seed
        self._rng = random.Random(seed)
        self.seconds, self.stall_s = seconds, stall_s
        self.kinds = dict.fromkeys(names)
        self.memory = []        # (seconds since the start, KB)
        self.broken = []        # sentences
        self.words = ""         # the load's last ones
        self.stops = 0
        self._rest = b""

    def run(self, progress=lambda watch, left: None):
        pipe, write = os.pipe()
        with tempfile.TemporaryFile() as errors:
            process = self._start(write, errors)
            os.close(write)
            try:
                self._follow(process, pipe, progress)
                self._finish(process, pipe)
            finally:
                if process.poll() is None:
                    children.kill(process)
                    process.wait()
                os.close(pipe)
                process.stdin.close()
                errors.seek(0)
                self.words = errors.read().decode("utf-8", "replace").strip()
        self._judge_memory()

    def _start(self, write, errors):
        self._began = now = time.monotonic()
        for name in self.kinds:
            self.kinds[name] = Kind(now)
        # Many short-lived threads make the C library start many pools of memory,
        # each of which grows for a while.
        env = dict(children.environment(), MALLOC_ARENA_MAX="2")
        request = {"seed": self.seed, "kinds": list(self.kinds), "pipe": write,
                   "end_limit": END_LIMIT_S}
        return subprocess.Popen(
            self.command + children.FLAGS + [LOAD, json.dumps(request)], env=env,
            stdin=subprocess.PIPE, stdout=errors, stderr=errors, pass_fds=[write],
            start_new_session=True)

    def _follow(self, process, pipe, progress):
        until, sample = self._began + self.seconds, self._began
        stop = self._began + self._rng.uniform(0, min(STOP_EVERY_S, self.seconds))
        while not self.broken and process.poll() is None and time.monotonic() < until:
            now = self._listen(pipe)
            if now >= sample:
                sample = now + min(SAMPLE_S, self.seconds / SAMPLES)
                self._look_at_memory(process, now)
                progress(self, until - now)
            self._look_at_gaps(process, now)
            if now >= stop:
                self._stop(process)
                stop = now + self._rng.expovariate(1 / STOP_EVERY_S)

    def _stop(self, process):
        """Stop it for a while, and let it go on: deadlines pass, data pile up."""
        process.send_signal(signal.SIGSTOP)
        time.sleep(self._rng.uniform(0, min(STOPPED_S, STOPPED_PART * self.seconds)))
        process.send_signal(signal.SIGCONT)
        self.stops += 1

    def _listen(self, pipe):
        """Read what there is to read, for a while; return the time."""
        if select.select([pipe], [], [], LOOK_S)[0]:
            *lines, self._rest = (self._rest + os.read(pipe, 65536)).split(b"\n")
            now = time.monotonic()
            for line in lines:
                name, units = line.decode().split()
                self.kinds[name].beat(int(units), now)
        return time.monotonic()

    def _look_at_memory(self, process, now):
        kb = rss_kb(process.pid)
        if kb:
            self.memory.append((now - self._began, kb))

    def _look_at_gaps(self, process, now):
        for name, kind in self.kinds.items():
            gap = now - kind.last
            kind.longest = max(kind.longest, gap)
            if gap > self.stall_s:
                self.broken.append("nothing was heard of %s for %.1f s, the bound is %g s"
                                   % (name, gap, self.stall_s))
        if self.broken:
            process.send_signal(signal.SIGUSR1)     # its stacks
            time.sleep(DUMP_S)

    def _finish(self, process, pipe):
        """Tell the load to end, unless something was wrong already."""
        if self.broken:
            return
        early = process.poll() == 0
        process.stdin.close()
        limit = END_LIMIT_S + EXIT_S
        deadline = time.monotonic() + limit
        while process.poll() is None and time.monotonic() < deadline:
            self._listen(pipe)
        if process.poll() is None:
            self.broken.append("it did not end within %d s" % limit)
            process.send_signal(signal.SIGUSR1)
            time.sleep(DUMP_S)
        elif process.returncode:
            self.broken.append("it ended with status %d" % process.returncode)
        elif early:
            self.broken.append("it ended by itself")

    def quarters(self):
        """Return the medians of the memory in each quarter of the time, in KB."""
        parts = [[], [], [], []]
        for at, kb in self.memory:
            parts[min(3, int(4 * at / self.seconds))].append(kb)
        return [stats.median(part) if part else None for part in parts]

    def allowed_kb(self):
        """Return by how much the last quarter may exceed the second."""
        second = self.quarters()[1] or 0
        return max(GROWTH_LEAST_KB, second * GROWTH_PERCENT / 100)

    def growth_kb(self):
        """Return by how much it does, or None if it did not live that long."""
        _, second, _, last = self.quarters()
        return last - second if second and last else None

    def _judge_memory(self):
        growth = self.growth_kb()
        if growth is None and not self.broken:
            self.broken.append("its memory is not known: not seen in the second or the "
                               "last quarter of the time")
        elif growth is not None and growth > self.allowed_kb():
            self.broken.append(
                "memory grew by %.1f MiB from the second quarter of the time to the last, "
                "the bound is %.1f MiB" % (growth / 1024, self.allowed_kb() / 1024))


def rss_kb(pid):
    """Return the resident memory of a process in KB; None if it is gone."""
    try:
        with open("/proc/%d/status" % pid) as lines:
            for line in lines:
                if line.startswith("VmRSS:"):
                    return int(line.split()[1])
    except (FileNotFoundError, ProcessLookupError):
        pass
    return None
