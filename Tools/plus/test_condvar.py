# Copyright PythonPlus contributors.
"""Tests of the condition variable (Python/plus_condvar.c) on each parker, in C.

usage: python3 Tools/plus/test_condvar.py
"""
import os
import shlex
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
LIMIT_S = 120               # for a command of these tests
PARKERS = ("sem", "futex", "cond")

COMPILER = shlex.split(os.environ.get("CC", "")) or ["cc"]
FLAGS = ["-std=c11", "-D_GNU_SOURCE", "-Wall", "-Wextra", "-Werror", "-O2", "-pthread",
         "-I" + os.path.join(TOP, "Include", "internal")]
SOURCES = [os.path.join(TOP, "Python", "plus_condvar.c"),
           os.path.join(HERE, "condvar_tests.c")]


def run(*command):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, encoding="utf-8", timeout=LIMIT_S)


@unittest.skipUnless(shutil.which(COMPILER[0]), "needs a C compiler")
class CondvarTest(unittest.TestCase):
    def program(self, parker, *flags):
        """Compile the tests for the parker; return the path of the program."""
        folder = tempfile.mkdtemp(prefix="plus-condvar-")
        self.addCleanup(shutil.rmtree, folder)
        path = os.path.join(folder, "condvar_tests")
        done = run(*COMPILER, *FLAGS, *flags, "-o", path, *SOURCES,
                   '-DPLUS_PARKER_FILE="pycore_plus_parker_%s.h"' % parker,
                   "-DREPORTS_INTERRUPTS=%d" % (parker != "cond"))
        self.assertEqual(done.returncode, 0, done.stdout)
        return path

    def check(self, *flags):
        for parker in PARKERS:
            path = self.program(parker, *flags)
            names = run(path).stdout.split()
            self.assertGreaterEqual(len(names), 10)
            for name in names:
                with self.subTest(parker=parker, test=name):
                    done = run(path, name)
                    self.assertEqual((done.returncode, done.stdout), (0, ""))

    def test_as_built(self):
        self.check("-DNDEBUG")

    def test_with_assertions(self):
        self.check("-UNDEBUG")

    def test_unknown_test_is_refused(self):
        self.assertEqual(run(self.program("sem"), "nope").returncode, 2)


if __name__ == "__main__":
    unittest.main()
