# Copyright PythonPlus contributors.
"""Compiles the module plus_waits for the interpreter that runs this, which must be one
of a build folder: its internal headers are not installed."""
import _thread
import os
import shlex
import subprocess
import sys
import sysconfig

HERE = os.path.dirname(os.path.abspath(__file__))


class CannotBuild(Exception):
    """The message says what to do."""


def is_native():
    """Whether this interpreter has the locks that the model describes."""
    info = getattr(_thread, "gil_info", lambda: None)()
    return info is not None and (info.locks, info.condition) == ("native", "native")


def compile_waits(folder):
    """Leave plus_waits in folder, unless it is there and new enough."""
    source = os.path.join(HERE, "waits.c")
    target = os.path.join(folder, "plus_waits" + sysconfig.get_config_var("EXT_SUFFIX"))
    if not sysconfig.is_python_build():
        raise CannotBuild(f"{sys.executable} is not in a build folder: use build/plus/python")
    if os.path.exists(target) and all(os.path.getmtime(target) > os.path.getmtime(file)
                                      for file in (source, sys.executable)):
        return
    include = sysconfig.get_path("include")
    command = [*shlex.split(sysconfig.get_config_var("LDSHARED")), "-O2", "-fPIC", "-Wall",
               *(flag for flag in shlex.split(sysconfig.get_config_var("PY_CFLAGS"))
                 if flag.startswith("-fsanitize")),
               f"-I{include}", f"-I{os.path.join(include, 'internal')}",
               f"-I{os.path.dirname(sysconfig.get_config_h_filename())}",
               source, "-o", target]
    os.makedirs(folder, exist_ok=True)
    try:
        done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except FileNotFoundError:
        raise CannotBuild(f"{command[0]} is not installed: install the C compiler that this "
                          "Python was built with") from None
    if done.returncode != 0:
        raise CannotBuild(f"{source} cannot be compiled:\n{done.stdout}")
