# Copyright PythonPlus contributors.
"""--plot: a picture of a run.

matplotlib draws it.  Neither stock nor plus has matplotlib, the system's
Python has it from a package: so another Python runs drawing/draw.py, which
gets the run as JSON and knows no more than that.
"""
import functools
import json
import os
import shutil
import subprocess

from . import children, files

SUFFIXES = (".svg", ".png")
# The system's own comes first: on Debian it is what python3-matplotlib is for.
PYTHONS = ("/usr/bin/python3", "python3")
DRAW = os.path.join(os.path.dirname(os.path.abspath(__file__)), "drawing", "draw.py")
LIMIT_S = 120               # for one import or picture; matplotlib's first is slow


class CannotPlot(Exception):
    """There can be no picture; the text says what to do."""


def check(path):
    """Raise now, before anything is measured, if path cannot be drawn."""
    if not path.endswith(SUFFIXES):
        raise CannotPlot("--plot %s: the name must end in %s" % (path, " or ".join(SUFFIXES)))
    files.check("--plot", path)
    find_python()


def find_python():
    """Return the path of a Python that has matplotlib."""
    tried = []
    for name in PYTHONS:
        path = shutil.which(name)
        if path is None or path in tried:
            continue
        tried.append(path)
        if _has_matplotlib(path):
            return path
    raise CannotPlot(
        "--plot: no Python with matplotlib was found (tried: %s); on Debian: "
        "apt-get install python3-matplotlib" % (", ".join(tried) or "none is there"))


@functools.lru_cache()
def _has_matplotlib(path):
    return _execute([path, "-B", "-c", "import matplotlib.figure"]).returncode == 0


def draw(path, content):
    """Draw what record.content() returned into a .svg or .png file."""
    with files.whole("--plot", path) as temporary:
        command = [find_python(), "-B", DRAW, temporary, os.path.splitext(path)[1][1:]]
        done = _execute(command, json.dumps(content))
        if done.returncode:
            words = done.stderr.strip().splitlines() or ["no message"]
            raise CannotPlot("--plot %s: drawing failed: %s" % (path, words[-1]))


def _execute(command, text=""):
    try:
        return subprocess.run(command, input=text, env=children.environment(),
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                              encoding="utf-8", errors="replace", timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        raise CannotPlot("--plot: %s gave no answer within %d s" % (command[0], LIMIT_S))
