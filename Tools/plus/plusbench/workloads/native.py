# Copyright PythonPlus contributors.
"""C helpers, compiled for the interpreter under test when a case needs them.

The headers are the interpreter's own, also where it runs from its build
folder; the flags are the same for all.
"""
import importlib.util
import os
import shlex
import shutil
import subprocess
import sysconfig
import tempfile

from plusbench.workloads import Unsupported

HERE = os.path.dirname(os.path.abspath(__file__))
FLAGS = ["-O2", "-fPIC", "-shared", "-pthread"]


def load(name):
    """Compile NAME.c of this folder; return it as a module."""
    suffix = sysconfig.get_config_var("EXT_SUFFIX")
    # The file may go once the module is loaded.
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, name + suffix)
        source = os.path.join(HERE, name + ".c")
        _run(_compiler() + FLAGS + _includes() + ["-o", path, source])
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
    return module


def _compiler():
    command = shlex.split(os.environ.get("CC", "")) or ["cc"]
    if shutil.which(command[0]) is None:
        raise Unsupported("this case needs a C compiler, and there is no %s: "
                          "install one (Debian: gcc), or set CC" % command[0])
    return command


def _includes():
    folders = [sysconfig.get_path("include"), sysconfig.get_path("platinclude"),
               os.path.dirname(sysconfig.get_config_h_filename())]
    if not any(os.path.exists(os.path.join(folder, "Python.h")) for folder in folders):
        raise Unsupported("this case needs this Python's headers, and there is no "
                          "%s/Python.h: install them (Debian: python3-dev)" % folders[0])
    return ["-I" + folder for folder in dict.fromkeys(folders)]


def _run(command):
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", errors="replace")
    if done.returncode:
        lines = done.stdout.strip().splitlines() or ["status %d" % done.returncode]
        cause = next((line for line in lines if "error" in line), lines[-1])
        raise Unsupported("%s cannot compile %s: %s" % (
            command[0], os.path.basename(command[-1]), cause))
