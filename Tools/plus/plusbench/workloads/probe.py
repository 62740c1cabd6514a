# Copyright PythonPlus contributors.
"""Says which interpreter and which scheduler this is."""
import platform
import sys
import sysconfig
import time


def scheduler():
    """Return one line that names what decides which thread runs."""
    info = getattr(__import__("_thread"), "gil_info", None)
    if info is not None:
        info = info()
        return "PythonPlus %s, gil %s, parker %s, locks %s, condition %s" % (
            info.version, info.policy, info.parker, info.locks, info.condition)
    if not getattr(sys, "_is_gil_enabled", lambda: True)():
        return "free-threaded, no GIL"
    name = platform.python_implementation()
    interval = sys.getswitchinterval() * 1e3
    return "%s's own GIL, switch interval %g ms" % (name, interval)


def short_name():
    """Return what heads a column when the user gives no label."""
    info = getattr(__import__("_thread"), "gil_info", None)
    if info is not None:
        return "PythonPlus %s" % info().policy
    version = platform.python_version()
    if platform.python_implementation() == "PyPy":
        version = "%d.%d.%d" % sys.pypy_version_info[:3]
    return "%s %s" % (platform.python_implementation(), version)


def describe():
    """Return what a reader must know of the interpreter to trust a figure."""
    config = sysconfig.get_config_var
    return {
        "executable": sys.executable,
        "implementation": platform.python_implementation(),
        "short_name": short_name(),
        "sys_version": sys.version,
        "scheduler": scheduler(),
        "switch_interval_s": sys.getswitchinterval(),
        "cflags": str(config("CFLAGS") or ""),
        "opt": str(config("OPT") or ""),
        "config_args": str(config("CONFIG_ARGS") or ""),
        "debug": hasattr(sys, "gettotalrefcount"),
        "xoptions": dict(getattr(sys, "_xoptions", {})),
        "timer_resolution_s": time.get_clock_info("perf_counter").resolution,
    }
