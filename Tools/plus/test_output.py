# Copyright PythonPlus contributors.
"""Tests of how the tools end when stdout takes no more, and of what is kept then.

usage: python3 Tools/plus/test_output.py
"""
import glob
import json
import os
import signal
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

import apptests
import output
from plusparity import files, store
from plusparity.outcomes import FILE

LIMIT_S = 120               # for a command of these tests
FULL = "/dev/full"
MEASURE = ("--only", "lock", "--seconds", "0.05", "--rounds", "1")
NO_SPACE = "%s: cannot write to stdout: No space left on device; free some space, or send " \
           "it elsewhere\n"
CLOSED = "%s: stdout is closed: send it to /dev/null if nobody is to read it\n"


def tools():
    """Every script that can be run; a new one is in here."""
    found = []
    for path in sorted(glob.glob(os.path.join(HERE, "*.py"))):
        with open(path, encoding="utf-8") as file:
            if "\nif __name__ ==" in file.read():
                found.append(os.path.basename(path))
    return [name for name in found if not name.startswith("test_")]


def command(name, *args):
    return [sys.executable, os.path.join(HERE, name), *args]


def on_full_disk(name, *args):
    with open(FULL, "wb") as full:
        return subprocess.run(command(name, *args), stdout=full, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=LIMIT_S)


def with_closed(number, name, *args):
    """Run a tool as the shell does by "NUMBER>&-"."""
    return subprocess.run(["sh", "-c", 'exec "$@" %d>&-' % number, "sh", *command(name, *args)],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          timeout=LIMIT_S)


def read_by_head(name, *args, lines=1):
    """Run a tool whose reader goes away after some lines; return (status, stderr)."""
    with tempfile.TemporaryFile("w+", encoding="utf-8") as errors:
        with subprocess.Popen(command(name, *args), stdout=subprocess.PIPE, stderr=errors,
                              encoding="utf-8") as process:
            for _ in range(lines):
                process.stdout.readline()
            process.stdout.close()
            status = process.wait(LIMIT_S)
        errors.seek(0)
        return status, errors.read()


class EveryTool(unittest.TestCase):
    def test_there_are_all(self):
        self.assertLessEqual({"giltest.py", "compare.py", "runtests.py", "fuzz.py"},
                             set(tools()))

    def test_full_disk(self):
        for name in tools():
            with self.subTest(name=name):
                done = on_full_disk(name, "--help")
                self.assertEqual((done.returncode, done.stderr), (2, NO_SPACE % name))

    def test_closed(self):
        for name in tools():
            with self.subTest(name=name):
                done = with_closed(1, name, "--help")
                self.assertEqual((done.returncode, done.stderr), (2, CLOSED % name))

    def test_reader_that_is_gone(self):
        for name in tools():
            with self.subTest(name=name):
                self.assertEqual(read_by_head(name, "--help", lines=0), (-signal.SIGPIPE, ""))


class Lists(unittest.TestCase):
    TOOLS = [name for name in tools() if name.startswith(("giltest", "testserver", "speed",
                                                          "app", "dask"))]

    def test_full_disk(self):
        for name in self.TOOLS:
            done = on_full_disk(name, "--list")
            self.assertEqual((done.returncode, done.stderr), (2, NO_SPACE % name))

    def test_reader_that_is_gone(self):
        for name in self.TOOLS:
            self.assertEqual(read_by_head(name, "--list", lines=0), (-signal.SIGPIPE, ""))

    def test_other_streams_are_closed(self):
        whole = with_closed(9, "giltest.py", "--list").stdout
        for number in 0, 2:
            done = with_closed(number, "giltest.py", "--list")
            self.assertEqual((done.returncode, done.stdout, done.stderr), (0, whole, ""))


class Kept(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "out.json")
        self.folder = folder.name

    def load(self):
        with open(self.path, encoding="utf-8") as file:
            return json.load(file)

    def test_measurement_on_a_full_disk(self):
        done = on_full_disk("giltest.py", *MEASURE, "--json", self.path)
        self.assertEqual((done.returncode, done.stderr), (2, NO_SPACE % "giltest.py"))
        self.assertEqual(len(self.load()["results"]), 1)

    def test_measurement_whose_reader_goes(self):
        for lines in 0, 1:
            with self.subTest(lines=lines):
                self.assertEqual(
                    read_by_head("giltest.py", *MEASURE, "--json", self.path, lines=lines),
                    (-signal.SIGPIPE, ""))
                self.assertEqual(len(self.load()["results"]), 1)
                os.unlink(self.path)

    def test_measurement_that_nobody_would_see_does_not_start(self):
        done = on_full_disk("giltest.py", "--only", "lock", "--rounds", "1000", "--seconds", "600")
        self.assertEqual((done.returncode, done.stderr), (2, NO_SPACE % "giltest.py"))

    def test_measurement_with_stderr_closed(self):
        done = with_closed(2, "giltest.py", *MEASURE, "--json", self.path)
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        self.assertEqual(len(self.load()["results"]), 1)

    def test_comparison_of_test_suites(self):
        paths = []
        for label, outcome in ("stock", "passed"), ("plus", "failed"):
            paths.append(os.path.join(self.folder, label + ".json"))
            store.Store(paths[-1], {"label": label, "flags": files.flags(1)}).add(
                "test_a", {"cases": {FILE: "ran", "test_x": outcome}, "seconds": 1.5})
        done = on_full_disk("parity.py", "--compare", *paths, "--json", self.path)
        self.assertEqual((done.returncode, done.stderr), (2, NO_SPACE % "parity.py"))
        self.assertEqual(len(self.load()["differences"]), 1)

    def test_suites_of_applications(self):
        opts = apptests.arguments(["--json", self.path, "--python", sys.executable])
        with open(FULL, "w") as full, \
                mock.patch("sys.stdout", output._Stdout(full)):
            with self.assertRaises(output.CannotPrint):
                apptests.compare(opts, apptests.SUITES[:2], [])
            os.dup2(os.open(os.devnull, os.O_WRONLY), full.fileno())
        self.assertEqual(len(self.load()["suites"]), 2)


class OtherPipes(unittest.TestCase):
    def test_are_not_taken_for_stdout(self):
        code = "import output\ndef main(argv): raise BrokenPipeError(32, 'of a child')\n" \
               "output.run(main, 'x')"
        done = subprocess.run([sys.executable, "-c", code], cwd=HERE, stderr=subprocess.PIPE,
                              encoding="utf-8", timeout=LIMIT_S)
        self.assertEqual(done.returncode, 1)
        self.assertIn("BrokenPipeError: [Errno 32] of a child", done.stderr)


if __name__ == "__main__":
    unittest.main()
