# Copyright PythonPlus contributors.
"""The two interpreters: what they run, and how code is compiled for them."""
import json
import os
import shlex
import subprocess

LIMIT_S = 600
FACTS = """
import json, sys, sysconfig
names = ("CC", "CFLAGS", "CCSHARED", "LDSHARED", "EXT_SUFFIX", "LIBRARY", "LDLIBRARY", "LIBS",
         "SYSLIBS", "LINKFORSHARED", "srcdir", "DESTSHARED")
facts = {name: sysconfig.get_config_var(name) or "" for name in names}
facts["include"] = sysconfig.get_path("include")
facts["config_h"] = sysconfig.get_config_h_filename()
facts["uninstalled"] = sysconfig.is_python_build()
facts["plus"] = sysconfig.get_config_var("PYTHONPLUS_VERSION")
facts["version"] = sys.version
facts["flags"] = sys.abiflags
print(json.dumps(facts))
"""


class Failed(Exception):
    """A check failed; the text is one line that says why."""


class NotTried(Exception):
    """A check cannot be made here; the text says what is missing."""


def environment(**added):
    """Our environment without what steers a Python, and added."""
    return {name: value for name, value in os.environ.items()
            if not name.startswith("PYTHON")} | added


def last_line(text):
    lines = text.strip().splitlines()
    return lines[-1] if lines else "it said nothing"


def call(command, folder=None, **added):
    """Run command; return what it wrote to stdout, or raise Failed."""
    try:
        done = subprocess.run(command, cwd=folder, env=environment(**added), capture_output=True,
                              stdin=subprocess.DEVNULL, encoding="utf-8", errors="replace",
                              timeout=LIMIT_S)
    except OSError as error:
        raise Failed(f"{command[0]}: {error.strerror}") from None
    except subprocess.TimeoutExpired:
        raise Failed(f"{os.path.basename(command[0])} did not end within {LIMIT_S} s") from None
    if done.returncode:
        raise Failed(f"{os.path.basename(command[0])} ended with status {done.returncode}: "
                     f"{last_line(done.stderr or done.stdout)}")
    return done.stdout


class Interpreter:
    """A Python by name ("stock", "plus") and path, and its facts."""

    def __init__(self, name, path):
        self.name, self.path = name, os.path.abspath(path)
        self.facts = json.loads(call([self.path, "-c", FACTS]))

    def run(self, *words, **added):
        return call([self.path, *words], **added)

    def __getitem__(self, fact):
        return self.facts[fact]

    @property
    def includes(self):
        """What tells the compiler where the headers are."""
        return [f"-I{self['include']}", f"-I{os.path.dirname(self['config_h'])}"]

    @property
    def library(self):
        """The path of libpython, static unless it was built shared."""
        folder = os.path.dirname(self["config_h"]) if self["uninstalled"] else None
        if folder is None:
            raise NotTried(f"{self.path} is installed: give the python of a build folder")
        return os.path.join(folder, self["LDLIBRARY"])

    @property
    def modules_folder(self):
        """Where its own extension modules lie."""
        return os.path.dirname(self.run("-c", "import _struct; print(_struct.__file__)").strip())

    def compile_extension(self, source, output, *flags):
        """Build one C file into an extension, against the headers of this one."""
        words = [self["CC"], self["CFLAGS"], self["CCSHARED"]]
        call([*shlex.split(" ".join(words)), *self.includes, *flags, "-shared", "-pthread",
              source, "-o", output])

    def compile_program(self, source, output, library_of):
        """Build one C file into a program that links the library of library_of."""
        library = library_of.library
        words = [library_of["LIBS"], library_of["SYSLIBS"], library_of["LINKFORSHARED"]]
        call([*shlex.split(self["CC"]), "-pthread", *self.includes, source, "-o", output, library,
              f"-Wl,-rpath,{os.path.dirname(library)}", *shlex.split(" ".join(words)), "-lm"])


def pair(stock, plus):
    """Return the two interpreters; raise Failed if one is not what its name says."""
    found = [Interpreter("stock", stock), Interpreter("plus", plus)]
    for python, is_plus in zip(found, (False, True)):
        if bool(python["plus"]) != is_plus:
            raise Failed(f"{python.path} is {'no' if is_plus else 'a'} PythonPlus")
    if found[0]["version"].split()[0] != found[1]["version"].split()[0]:
        raise Failed("the two are of different versions: build both from one base")
    return found
