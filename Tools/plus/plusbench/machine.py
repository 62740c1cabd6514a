# Copyright PythonPlus contributors.
"""The machine: what a reader must know of it, and how busy others keep it."""
import datetime
import os
import platform
import resource
import sys
import time


def metadata(argv):
    """Return a dictionary for the record; None where the system does not say."""
    return {
        "date": datetime.datetime.now(datetime.timezone.utc).isoformat(timespec="seconds"),
        "command": argv,
        "kernel": platform.platform(),
        "machine": platform.machine(),
        "cpu_model": cpu_model(),
        "cpus": os.cpu_count(),
        "cpus_allowed": cpus_allowed(),
        "cgroup_cpu_max": _first_line("/sys/fs/cgroup/cpu.max"),
        "clocksource": _first_line(
            "/sys/devices/system/clocksource/clocksource0/current_clocksource"),
        "timer_resolution_s": time.get_clock_info("perf_counter").resolution,
        "load_1min": load(),
        "driver": sys.version,
    }


def cpus_allowed():
    """Return on how many CPUs the children may run."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def cpu_model():
    try:
        with open("/proc/cpuinfo") as lines:
            for line in lines:
                if line.startswith("model name"):
                    return line.split(":", 1)[1].strip()
    except OSError:
        pass
    return platform.processor() or None


def load():
    """Return the load average of the last minute: runnable threads."""
    try:
        return os.getloadavg()[0]
    except OSError:
        return None


def _first_line(path):
    try:
        with open(path) as lines:
            return lines.readline().strip()
    except OSError:
        return None


class Others:
    """CPU time that other processes take between creation and cpus()."""

    def __init__(self):
        self._start = (time.monotonic(), _busy_seconds(), _own_seconds())

    def cpus(self):
        """Return how many CPUs others kept busy on average, or None.

        Time stolen by the hypervisor counts as theirs.
        """
        start, busy, own = self._start
        if busy is None:
            return None
        elapsed = time.monotonic() - start
        others = _busy_seconds() - busy - (_own_seconds() - own)
        return max(0.0, others / elapsed) if elapsed else 0.0


def _busy_seconds():
    # user nice system idle iowait irq softirq steal: all but the waiting
    line = _first_line("/proc/stat")
    if line is None:
        return None
    ticks = [int(field) for field in line.split()[1:9]]
    return (sum(ticks) - sum(ticks[3:5])) / os.sysconf("SC_CLK_TCK")


def _own_seconds():
    total = 0.0
    for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN):
        usage = resource.getrusage(who)
        total += usage.ru_utime + usage.ru_stime
    return total
