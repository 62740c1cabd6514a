# Copyright PythonPlus contributors.
"""One measurement, from inside: solo, start, warm-up, window, stop, solo.

With work.alone the workload itself is measured without the CPU threads too,
after the first solo and before the last.

A workload is a function that takes a Work and returns the bodies of its
threads.  A body loops while work.going, and exactly one of them counts
work.ops (and appends to work.latencies, in seconds); or work.read_ops tells
what was counted elsewhere.  With work.client set, a process outside counts
instead, and its run is the window.
"""
import contextlib
import threading
import time
import traceback

from plusbench import stats
from plusbench.workloads import gilstats
from plusbench.workloads.cputhreads import CpuThreads, solo_rate

WARMUP_S = 0.1              # longest warm-up; at most a fifth of the window
SOLO_FRACTION = 0.25        # of the window, before it and again after it
WRONG_KEPT = 5              # texts about failed events
JOIN_LIMIT_S = 10           # for a thread of a workload to leave its loop


class Work:
    """What a workload function reads, and what its threads write."""

    def __init__(self, request):
        self.seconds = request["seconds"]
        self.warmup = min(WARMUP_S, self.seconds / 5)
        self.cpu_threads = request["cpu_threads"]
        self.solo_threads = self.cpu_threads
        self.make_cpu = CpuThreads      # or like it, when they run elsewhere
        self.params = request["params"]
        self.client_command = request["client"]
        self.going = True
        self.ops = 0
        self.read_ops = lambda: self.ops
        self.latencies = []
        self.counts = []                # work done per thread, in chunks or alike
        self.alone = False              # measure it without CPU threads too
        self.client = None              # a clients.Client that counts
        self.closers = []               # called to wake and close, in order
        self.ending = contextlib.ExitStack()    # closed at the very end, in any case
        self.values = lambda window: {}         # values of its own
        self.events = lambda window: window.ops
        self.wrong = []                 # texts about events that failed
        self.errors = []


class Window:
    """The difference of two readings, and what was measured around it."""

    def __init__(self, work, cpu):
        self._work, self._cpu = work, cpu
        self.report = None              # of the client
        self.solo = []                  # chunks per second, before and after
        self.alone = []                 # events per second, likewise
        self._stats = gilstats.read()
        self._before = self._read()

    def _read(self):
        work = self._work
        return (time.perf_counter(), time.process_time(), work.read_ops(),
                len(work.latencies), list(self._cpu.chunks), list(work.counts))

    def close(self):
        before, after, stats = self._before, self._read(), gilstats.read()
        self.seconds = after[0] - before[0]
        self.cpu_seconds = after[1] - before[1]
        self.ops = after[2] - before[2]
        self.latencies = self._work.latencies[before[3]:after[3]]
        self.chunks = [b - a for a, b in zip(before[4], after[4])]
        self.counts = [b - a for a, b in zip(before[5], after[5])]
        self.gil = gilstats.values(self._stats, stats, self.seconds, self._cpu.idents())

    def share(self):
        """Return the CPU threads' throughput as a share of the solo rate."""
        solo = sum(self.solo) / len(self.solo)
        return sum(self.chunks) / self.seconds / solo if solo else 0.0

    def own_share(self):
        """Return the workload's rate as a share of its rate alone."""
        alone = sum(self.alone) / len(self.alone)
        return self.ops / self.seconds / alone if alone else 0.0


def measure(work, workload):
    """Run the workload in this process and return its values and raw data."""
    try:
        with work.ending:
            return _measure(work, workload)
    except Exception:
        # A thread that failed is the cause; what we noticed, a client without
        # an answer or a partner left waiting, is only the consequence.
        if work.errors:
            raise RuntimeError("a thread of the workload failed:\n" + work.errors[0])
        raise


def _measure(work, workload):
    bodies = workload(work)
    gate = threading.Event()
    threads = [threading.Thread(target=_guard, args=(work, gate, body), daemon=True)
               for body in bodies]
    for thread in threads:
        thread.start()
    if work.client:
        # A server must answer its client's first requests; all other bodies
        # stay behind the gate, so that the solo rate is one.
        gate.set()
        work.client.wait_ready()
    solo = [_solo(work)]
    alone = _alone(work, gate)
    cpu = work.make_cpu(work.cpu_threads)
    gate.set()
    time.sleep(work.warmup)
    window = _window(work, cpu)
    cpu.stop()
    window.alone = alone + _alone(work, gate)
    _stop(work, threads)
    # A machine whose speed drifts is the rule: the solo rate is the mean of
    # one before and one after, and their difference is shown as a doubt.
    window.solo = solo + [_solo(work)]
    return _result(work, window)


def _solo(work):
    if not work.cpu_threads:
        return 0.0
    return solo_rate(work.make_cpu, work.solo_threads, work.warmup,
                     work.seconds * SOLO_FRACTION)


def _alone(work, gate):
    """Return the workload's own rate (a list of one), if it is asked for."""
    if not work.alone:
        return []
    gate.set()
    time.sleep(work.warmup)
    before, start = work.read_ops(), time.perf_counter()
    time.sleep(work.seconds * SOLO_FRACTION)
    return [(work.read_ops() - before) / (time.perf_counter() - start)]


def _window(work, cpu):
    window = Window(work, cpu)
    if work.client:
        window.report = work.client.run(work.seconds)
    else:
        time.sleep(work.seconds)
    window.close()
    return window


def _guard(work, gate, body):
    gate.wait()
    try:
        body()
    except BaseException:
        work.errors.append(traceback.format_exc())


def _stop(work, threads):
    work.going = False
    for close in work.closers:
        close()
    for thread in threads:
        thread.join(JOIN_LIMIT_S)
        if thread.is_alive():
            raise RuntimeError("a thread of the workload did not stop within %d s"
                               % JOIN_LIMIT_S)
    if work.errors:
        raise RuntimeError(work.errors[0])


def _result(work, window):
    values = {}
    if window.report is None:
        values["rate"] = window.ops / window.seconds
        values.update(latency_values(window.latencies))
    else:
        window.ops = window.report.pop("ops")
        values.update(window.report.pop("values"))
    if window.ops:
        values["cpu_us"] = window.cpu_seconds / window.ops * 1e6
    if window.chunks:
        values.update(_cpu_values(window))
    if window.alone:
        values["own"] = window.own_share()
    values.update(_fairness(window.chunks + window.counts))
    if window.counts:
        values["total"] = sum(window.chunks + window.counts) / window.seconds
    values.update(window.gil)
    values.update(work.values(window))
    return {"values": values, "events": work.events(window),
            "raw": {"seconds": window.seconds, "cpu_seconds": window.cpu_seconds,
                    "chunks": window.chunks, "solo_chunks_per_s": window.solo,
                    "counts": window.counts, "alone_per_s": window.alone,
                    "wrong": work.wrong[:WRONG_KEPT], "client": window.report}}


def latency_values(latencies):
    """Return p50 and p99 in microseconds of latencies in seconds."""
    if not latencies:
        return {}
    return {"p50": stats.quantile(latencies, 0.5) * 1e6,
            "p99": stats.quantile(latencies, 0.99) * 1e6}


def _cpu_values(window):
    return {"share": window.share(), "drift":
            100 * abs(window.solo[1] - window.solo[0]) / (max(window.solo) or 1)}


def _fairness(amounts):
    """Return how alike the amounts of work are that the threads did."""
    fair = sum(amounts) / max(1, len(amounts))
    if not fair or len(amounts) < 2:
        return {}
    return {"jain": stats.jain(amounts), "least": min(amounts) / fair,
            "most": max(amounts) / fair}
