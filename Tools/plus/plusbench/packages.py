# Copyright PythonPlus contributors.
"""The Debian packages with the applications: fetched once, never installed."""
import os
import subprocess
import sys

from . import main

TOP = os.path.abspath(os.path.join(os.path.dirname(__file__), *[os.pardir] * 3))
LIST = os.path.join(TOP, "Tools", "plus", "app_packages.txt")
SCRIPT = os.path.join(TOP, "base", "packages")
FOLDER = os.path.join(TOP, "build", "apps")
MODULES = os.path.join("usr", "lib", "python3", "dist-packages")
COMPILED = "compiled"       # a file that says for which Python


def add_option(parser):
    parser.add_argument("--packages", metavar="FOLDER", default=FOLDER,
                        help="where the packages are extracted (default build/apps)")


def path(folder):
    """Return what to add to sys.path."""
    return [os.path.join(os.path.abspath(folder), MODULES)]


def prepare(folder):
    """Make sure that the packages are in the folder; raise main.Refused."""
    done = subprocess.run([SCRIPT, LIST, folder], stdin=subprocess.DEVNULL)
    if done.returncode:
        raise main.Refused("there are no applications to run (see above)")
    _compile(folder)


def _compile(folder):
    """Compile all modules: Debian does so when it installs a package.

    Without it every measurement would begin with a compilation.
    """
    marker = os.path.join(folder, COMPILED)
    if os.path.exists(marker) and open(marker).read() == sys.version:
        return
    # What is no Python 3 (templates, tests of errors) fails and does not matter.
    subprocess.run([sys.executable, "-m", "compileall", "-q", "-j", "2", *path(folder)],
                   stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                   stderr=subprocess.DEVNULL)
    try:
        with open(marker, "w") as file:
            file.write(sys.version)
    except OSError as error:
        raise main.Refused("%s: %s" % (marker, error.strerror))
