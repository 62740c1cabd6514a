# Copyright PythonPlus contributors.
"""What is new: threading.atomic, atomiclocks, gil_info(), gil_stats() and their options."""
import asyncio
import contextlib
import importlib.util
import inspect
import sys
import threading
import unittest
import _thread

from plusvisible.helpers import fresh, told
from plusvisible.table import shows


def new(call):
    """Return what a call returns where threading.atomic is; there it must not raise."""
    return call() if hasattr(threading, "atomic") else "there is none"


@shows("atomic")
def block():
    def use():
        with threading.atomic as entered:
            return entered, _thread.get_atomic()
    return new(use)


@shows("atomic")
def exit_stack():
    def use():
        with contextlib.ExitStack() as stack:
            return stack.enter_context(threading.atomic), _thread.get_atomic()
    return new(use)


@shows("atomic")
def async_exit_stack():
    async def use():
        async with contextlib.AsyncExitStack() as stack:
            return stack.enter_context(threading.atomic), _thread.get_atomic()
    return new(lambda: asyncio.run(use()))


@shows("atomic")
def test_case():
    return new(lambda: unittest.TestCase().enterContext(threading.atomic))


@shows("atomic")
def expanded():
    def use():
        enter, leave = type(threading.atomic).__enter__, type(threading.atomic).__exit__
        return enter(threading.atomic), leave(threading.atomic, None, None, None)
    return new(use)


@shows("atomic")
def decorated():
    def use():
        @threading.atomic
        def inside(a, b=2):
            """Its text."""
            return _thread.get_atomic(), a, b
        return inside(1), inside.__name__, inside.__doc__, str(inspect.signature(inside))
    return new(use)


@shows("atomic")
def module_of_locks():
    return new(lambda: importlib.util.find_spec("atomiclocks").name)


@shows("new-names", over=["gil_info", "gil_stats", "set_atomic", "get_atomic"])
def function_of_thread(name):
    return told(lambda: getattr(_thread, name).__name__)


@shows("stdlib-names")
def standard_library_names():
    return sorted(sys.stdlib_module_names)


@shows()
def standard_library_names_lost():
    ours = {"atomiclocks", "_threading_atomic"}
    return sorted(sys.stdlib_module_names - ours)


@shows("options")
def scheduler_option():
    return fresh("print('ran')", "-X", "plus_gil=nothing")


@shows("options")
def scheduler_variable():
    return fresh("print('ran')", PYTHONPLUS_GIL="nothing")


@shows()
def scheduler_variable_ignored():
    return fresh("print('ran')", "-E", PYTHONPLUS_GIL="nothing")


@shows()
def unknown_options_pass():
    return fresh("import sys; print(sys._xoptions)", "-X", "mine=3")


@shows("options")
def warning_option():
    return fresh("print('ran')", "-X", "plus_atomic_warn=nothing")
