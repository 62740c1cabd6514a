# Copyright PythonPlus contributors.
"""Tests of runtests.py: which tests it chooses, and what it refuses.

usage: python3 Tools/plus/test_runtests.py
"""
import os
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

import runtests

LIMIT_S = 120               # for a command of these tests


class Chosen(unittest.TestCase):
    def chosen(self, *words):
        return list(runtests.runs(runtests.arguments(words)))

    def test_named_tests_run_instead_of_the_parts(self):
        self.assertEqual(self.chosen("test_gc", "test_queue"),
                         [("chosen tests", ["test_gc", "test_queue"])])

    def test_a_pattern_is_looked_up(self):
        [(_, found)] = self.chosen("test_gene*", "test_queue")
        self.assertIn("test_generators", found)
        self.assertEqual(found[-1], "test_queue")

    def test_a_package_is_left_to_regrtest(self):
        self.assertEqual(self.chosen("test_capi"), [("chosen tests", ["test_capi"])])

    def test_one_part(self):
        [(title, found)] = self.chosen("--only", "tools")
        self.assertEqual(title, "tools")
        self.assertIn("test_runtests", found)

    def test_slow_tests_are_run_if_asked_for(self):
        def files(*words):
            return {name for _, found in self.chosen(*words) for name in found}

        slow = {name for name, _ in runtests.listed("slow_tests.txt")}
        self.assertTrue(slow)
        self.assertEqual(files() & slow, set())
        self.assertEqual(files("--slow"), files() | slow)   # each is one of the tests
        self.assertEqual(files("--all", "--only", "tools"), files("--slow", "--only", "tools"))


class Refusals(unittest.TestCase):
    def test_wrong_arguments_are_refused(self):
        for args, message in ((["-j", "0"], "-j must be at least 1"),
                              (["--only", "nothing"], "--only"),
                              (["--all", "test_gc"], "either tests or parts"),
                              (["--slow", "test_gc"], "either tests or parts"),
                              (["--only", "plus", "test_gc"], "either tests or parts"),
                              (["test_nothing_*"], "there is no such test file")):
            with self.subTest(args=args):
                result = subprocess.run(
                    [sys.executable, os.path.join(HERE, "runtests.py"), *args],
                    capture_output=True, encoding="utf-8", timeout=LIMIT_S)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn(message, result.stderr)


if __name__ == "__main__":
    unittest.main()
