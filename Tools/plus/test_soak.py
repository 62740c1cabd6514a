# Copyright PythonPlus contributors.
"""Tests of soak.py: that it passes what is well, and catches what is not.

usage: build/plus/python Tools/plus/test_soak.py
"""
import os
import re
import subprocess
import sys
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from soaking import kinds, watch
import soak

LIMIT_S = 300


def run(*args):
    return subprocess.run([sys.executable, os.path.join(HERE, "soak.py"), *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          encoding="utf-8", timeout=LIMIT_S)


class Passes(unittest.TestCase):
    @unittest.skipIf(sys.version_info < (3, 13), "the load needs 3.13")
    def test_all_kinds(self):
        done = run("--minutes", "0.07", "--seed", "7", "--stall", "60")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        lines = done.stdout.splitlines()
        self.assertIn(sys.executable, lines[0])
        self.assertRegex(lines[1], "GIL|gil")
        self.assertEqual(lines[2], "0.07 minutes, seed 7")
        units = dict(re.findall(r"^(\w+) +([\d,]+) +\d+\.\d+$", done.stdout, re.M))
        self.assertEqual(set(units), set(kinds.KINDS))
        for kind, number in units.items():
            self.assertNotEqual(number, "0", kind)
        self.assertRegex(lines[-1], r"^passed \(seed 7\): 0\.07 minutes; memory [-+]\d")


class Catches(unittest.TestCase):
    def caught(self, *args):
        done = run(*args)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        *rest, verdict = done.stdout.splitlines()
        self.assertTrue(verdict.startswith("FAILED (seed "), verdict)
        return verdict, "\n".join(rest)

    def test_a_leak(self):
        verdict, _ = self.caught("--only", "locks,leak", "--minutes", "0.05")
        self.assertRegex(verdict, "memory grew by [0-9.]+ MiB from the second quarter")

    def test_a_stall_with_the_stack(self):
        verdict, rest = self.caught("--only", "cpu,stall", "--stall", "5", "--minutes", "2")
        self.assertRegex(verdict, r": nothing was heard of stall for 5\.\d s, the bound is 5 s$")
        self.assertIn("its last words", rest)
        self.assertRegex(rest, r'traps.py", line \d+ in stall')

    def test_a_failure(self):
        verdict, rest = self.caught("--only", "fail,cpu", "--minutes", "2")
        self.assertIn("it ended with status 1", verdict)
        self.assertIn("AssertionError: failed on purpose", rest)


class Watching(unittest.TestCase):
    def watched(self, *names, seconds=1.0):
        return watch.Watch([sys.executable], names, 1, seconds, 60)

    def test_a_worker_that_does_not_leave(self):
        watched = self.watched("hang", "cpu")
        with mock.patch.object(watch, "END_LIMIT_S", 1):
            watched.run()
        self.assertEqual(watched.broken, ["it ended with status 1"])
        self.assertIn("hang: does not leave its unit", watched.words)

    def test_a_process_that_does_not_end(self):
        watched = self.watched("cpu", seconds=0.1)
        watched.command = ["/bin/sh", "-c", "sleep 600", "sh"]
        with mock.patch.multiple(watch, END_LIMIT_S=0, EXIT_S=1, DUMP_S=0):
            watched.run()
        self.assertEqual(watched.broken, ["it did not end within 1 s"])

    def test_a_process_that_ends_by_itself(self):
        watched = self.watched("cpu")
        watched.command = ["/bin/sh", "-c", "exit 0", "sh"]
        watched.run()
        self.assertEqual(watched.broken, ["it ended by itself"])

    def test_a_process_that_dies(self):
        watched = self.watched("cpu")
        watched.command = ["/bin/sh", "-c", "kill -SEGV $$", "sh"]
        watched.run()
        self.assertEqual(watched.broken, ["it ended with status -11"])

    def test_memory_that_was_not_seen(self):
        watched = self.watched("cpu")
        watched._judge_memory()
        self.assertIn("its memory is not known", watched.broken[0])

    def test_growth_is_that_of_medians(self):
        watched = self.watched("cpu", seconds=4.0)
        for memory, growth in (
                ([10, 20, 30, 40], 20), ([50, 20, 20, 15], -5),
                ([10, 10, 10], None)):
            watched.memory = [(at + 0.5, mib * 1024) for at, mib in enumerate(memory)]
            found = watched.growth_kb()
            self.assertEqual(found and found / 1024, growth)
        watched.memory = [(1.1, 100), (1.2, 100), (1.3, 9999), (3.9, 101)]
        self.assertEqual(watched.growth_kb(), 1)

    def test_the_bound(self):
        watched = self.watched("cpu", seconds=4.0)
        for kb, allowed in ((1000, watch.GROWTH_LEAST_KB), (10**6, 50000)):
            watched.memory = [(1.5, kb), (3.5, kb + allowed + 1)]
            watched.broken = []
            watched._judge_memory()
            self.assertEqual(len(watched.broken), 1)
            watched.memory[1] = (3.5, kb + allowed)
            watched.broken = []
            watched._judge_memory()
            self.assertEqual(watched.broken, [])


class CommandLine(unittest.TestCase):
    def test_bad_input_is_refused_in_one_line(self):
        for args, text in ((["--minutes", "0"], "0 is not a number from 0.01"),
                           (["--minutes", "nan"], "nan is not a number"),
                           (["--seed", "-1"], "-1 is not a whole number"),
                           (["--stall", "x"], "x is not a number"),
                           (["--only", "locks,nope"], "no such kind; there are: locks "),
                           (["--python", "/nosuch"], "there is no such program"),
                           (["--bogus"], "unrecognized arguments")):
            with self.subTest(args=args):
                done = run(*args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(text, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_every_kind_is_named_in_the_manual(self):
        with open(os.path.join(HERE, os.pardir, os.pardir, "Doc", "reliability.md"),
                  encoding="utf-8") as file:
            text = file.read()
        for kind in kinds.KINDS:
            self.assertIn("`%s`" % kind, text)

    def test_seeds_are_printed_and_differ(self):
        self.assertEqual(soak.arguments(["--seed", "5"]).seed, 5)
        self.assertNotEqual(soak.arguments([]).seed, soak.arguments([]).seed)


if __name__ == "__main__":
    unittest.main()
