# Copyright PythonPlus contributors.
"""What tells one interpreter from another: sys, platform, sysconfig."""
import _imp
import os
import platform
import re
import sys
import sysconfig
import threading

from plusvisible.helpers import fresh, told
from plusvisible.table import shows

VARIABLES = ["SOABI", "EXT_SUFFIX", "LDVERSION", "VERSION", "Py_GIL_DISABLED", "Py_DEBUG",
             "abiflags", "LIBRARY", "INSTSONAME", "MULTIARCH", "prefix", "py_version_short"]


@shows("version")
def version():
    return re.sub(r"[A-Z][a-z]{2} [ \d]\d \d{4}, [\d:]+", "DATE", sys.version)


@shows()
def version_that_programs_parse():
    return sys.version.split()[0], sys.version_info, sys.hexversion, sys.api_version, \
        platform.python_version(), platform.python_implementation(), \
        platform.python_compiler(), sys.copyright == sys.copyright.strip()


@shows("version")
def build():
    return platform.python_build()[0]


@shows()
def implementation():
    return sys.implementation.name, sys.implementation.cache_tag, \
        sys.implementation.version, sys.implementation.hexversion, \
        sorted(vars(sys.implementation))


@shows(over=VARIABLES)
def configuration(name):
    return sysconfig.get_config_var(name)


@shows("version", over=["PYTHONPLUS_VERSION", "PYTHONPLUS_BASE"])
def configuration_of_its_own(name):
    return sysconfig.get_config_var(name) is None


@shows()
def paths():
    return sysconfig.get_default_scheme(), sorted(sysconfig.get_path_names()), \
        sysconfig.get_python_version(), sysconfig.get_platform()


@shows()
def flags():
    return sys.flags, sys.float_info.max, sys.int_info, sys.hash_info, sys.maxsize


@shows()
def thread_info():
    return sys.thread_info


@shows()
def builtin_modules():
    return sys.builtin_module_names


@shows()
def extensions():
    return _imp.extension_suffixes(), _imp.check_hash_based_pycs, sys.abiflags, \
        __import__("importlib.util").util.MAGIC_NUMBER


@shows()
def modules_that_threading_imports():
    return fresh("import threading, sys; print(sorted(sys.modules))")[0].split(", ")


@shows()
def names_in_sys():
    return sorted(name for name in vars(sys) if not name.startswith("last_"))


@shows()
def modules_at_the_start():
    return fresh("import sys; print(sorted(sys.modules))", "-I")


@shows(over=["0.005", "1e-6", "1e-9", "0", "-1", "'x'", "None", "1", "100", "1e10", "inf", "nan",
             "threading.TIMEOUT_MAX", "10**30", "1e-300"])
def switch_interval(text):
    value = eval(text, {"inf": float("inf"), "nan": float("nan"), "threading": threading})
    before = sys.getswitchinterval()
    answer = told(sys.setswitchinterval, value), "%.9g" % sys.getswitchinterval()
    thread = threading.Thread(target=int)
    thread.start(), thread.join()
    return before, answer


@shows()
def recursion_and_refs():
    return sys.getrecursionlimit(), sys.getrefcount(object()), sys.getallocatedblocks() > 0, \
        sys._git[0], sys.float_repr_style, sys.orig_argv[0] == sys.executable, \
        sys._is_gil_enabled()


@shows()
def current_frames_and_exceptions():
    return len(sys._current_frames()), sys._current_exceptions() == {threading.get_ident(): None}


@shows()
def help_text_of_the_program():
    return fresh_program("--help"), fresh_program("--version")


def fresh_program(*arguments):
    import subprocess
    ended = subprocess.run([sys.executable, *arguments], capture_output=True, text=True)
    return ended.stdout.replace(sys.executable, "python").splitlines()[1:], ended.returncode


@shows("options")
def help_of_all_options():
    return fresh_program("--help-xoptions"), fresh_program("--help-env")


@shows("version")
def verbose_version():
    import subprocess
    out = subprocess.run([sys.executable, "-VV"], capture_output=True, text=True).stdout
    return re.sub(r"[A-Z][a-z]{2} [ \d]\d \d{4}, [\d:]+", "DATE", out)


@shows()
def end_with_a_daemon():
    return fresh("import threading\n"
                 "threading.Thread(target=threading.Event().wait, daemon=True).start()\n"
                 "print('end')")


@shows()
def end_waits_for_threads():
    return fresh("import threading, time\n"
                 "threading.Thread(target=lambda: (time.sleep(.05), print('late'))).start()\n"
                 "print('end')")


@shows()
def end_with_a_finalizer():
    return fresh("import threading\nclass Last(threading.Event):\n"
                 "    def __del__(self): self.set(); print(self.is_set(), self._cond is not None)\n"
                 "last = Last()")


@shows()
def end_of_a_lock_that_is_held():
    return fresh("import threading\nheld = threading.Lock(); held.acquire()\n"
                 "cond = threading.Condition(); cond.acquire()\nprint('end')")


@shows()
def start_at_the_end():
    return fresh("import atexit, threading\n"
                 "atexit.register(lambda: threading.Thread(target=int).start())")


@shows()
def interpreters():
    import _interpreters
    one = _interpreters.create()
    told_of_it = _interpreters.exec(one, "import threading\ne = threading.Event()\n"
                                    "threading.Thread(target=e.set).start()\nassert e.wait(5)")
    return told_of_it, _interpreters.destroy(one)


@shows()
def environment():
    return fresh("import os; print(sorted(n for n in os.environ if 'PYTHON' in n))"), \
        os.environ.get("PYTHONPLUS_GIL")


@shows()
def tracemalloc_of_a_wait():
    return fresh("import tracemalloc, threading\ntracemalloc.start()\n"
                 "kept = [threading.Event() for _ in range(100)]\n"
                 "print(tracemalloc.get_traced_memory()[0] > 0)")


@shows()
def development_mode():
    return fresh("import threading, queue, sys\ne = threading.Event()\n"
                 "t = threading.Thread(target=e.wait); t.start(); e.set(); t.join()\n"
                 "print('ran')", "-X", "dev", "-W", "error")


@shows()
def debugging_allocator():
    return fresh("import threading\nc = threading.Condition()\nwith c: c.wait(.001)\n"
                 "print('ran')", PYTHONMALLOC="debug")
