# Copyright PythonPlus contributors.
"""Tests of chaostest.py, tsantest.py and asantest.py: how they judge, and what they refuse.

usage: python3 Tools/plus/test_stress_tools.py
"""
import contextlib
import io
import os
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

import asantest
import chaostest
import tsantest

LIMIT_S = 120               # for a command of these tests

# What ThreadSanitizer writes, in short: kind, the file of the access, the file
# that made the thread.
REPORT = """==================
WARNING: ThreadSanitizer: data race (pid=7)
  Write of size 8 at 0x7b08 by thread T2 (mutexes: write M1):
    #0 first {file}:12 (python+0x1)
    #1 _PyEval_EvalFrameDefault ../src/Python/bytecodes.c:1 (python+0x2)

  Previous read of size 8 at 0x7b08 by main thread:
    #0 second {file}:34 (python+0x3)
    #1 {caller} ../src/Python/pylifecycle.c:3 (python+0x3)

  Thread T2 (tid=9, running) created by main thread at:
    #0 pthread_create <null> (libtsan.so.2+0x4)
    #1 thread_start {origin}:56 (python+0x5)

SUMMARY: ThreadSanitizer: data race /x/build/tsan/../src/{file}:12 in first
==================
"""
OURS = REPORT.format(file="Python/plus_gil.c", origin="Python/thread_pthread.h",
                     caller="new_interpreter")
# Where a thread was made is not where the race is.
BASES = REPORT.format(file="Objects/dictobject.c", origin="Modules/_thread/module.c",
                      caller="new_interpreter")


def tool(name, *args):
    return subprocess.run([sys.executable, os.path.join(HERE, name), *args],
                          capture_output=True, encoding="utf-8", timeout=LIMIT_S)


class RefusalTests(unittest.TestCase):
    # tool, arguments, what the message must have
    WRONG = [("chaostest.py", ["--seeds", "0"], "--seeds must be at least 1"),
             ("chaostest.py", ["--seeds", "many"], "--seeds"),
             ("chaostest.py", ["--seed", "4294967296"], "is not in range"),
             ("chaostest.py", ["--seed", "-1"], "--seed"),
             ("chaostest.py", ["--seed", "1", "--seeds", "1"], "not allowed with"),
             ("chaostest.py", ["-j", "0"], "-j must be at least 1"),
             ("tsantest.py", ["-j", "0"], "-j must be at least 1"),
             ("asantest.py", ["-j", "0"], "-j must be at least 1"),
             ("asantest.py", ["--keep", "/no/such/folder"], "there is no such folder"),
             ("tsantest.py", ["--keep", "/no/such/folder"], "there is no such folder")]

    def test_wrong_arguments_are_refused(self):
        for name, args, message in self.WRONG:
            with self.subTest(tool=name, args=args):
                result = tool(name, *args)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn(message, result.stderr)

    def test_another_build_is_refused(self):
        for module, found, message in (
                (chaostest, "chaos_of_this_interpreter", "not a chaos build: use make chaos"),
                (tsantest, "has_thread_sanitizer", "without ThreadSanitizer: use make tsan"),
                (asantest, "has_address_sanitizer", "without AddressSanitizer: use make asan")):
            errors = io.StringIO()
            with self.subTest(tool=module.__name__), contextlib.redirect_stderr(errors), \
                    mock.patch.object(module, found, return_value=None):
                self.assertEqual(module.main([]), 2)
                self.assertIn(message, errors.getvalue())


class ChaosTests(unittest.TestCase):
    def run_it(self, outcomes, *argv):
        """Run with regrtest replaced; return (status, output, the seeds used)."""
        out = io.StringIO()
        with mock.patch.object(chaostest, "chaos_of_this_interpreter", return_value={}), \
                mock.patch.object(chaostest.runtests, "regrtest", side_effect=outcomes) as runs, \
                contextlib.redirect_stdout(out):
            status = chaostest.main([*argv, "test_a"])
        seeds = [call.kwargs["PYTHONPLUS_CHAOS"] for call in runs.call_args_list]
        return status, out.getvalue(), seeds

    def test_each_seed_is_run(self):
        status, out, seeds = self.run_it([(5, 1, []), (5, 1, [])], "--seed", "8", "9", "--")
        self.assertEqual((status, seeds), (0, ["8", "9"]))
        self.assertEqual(out.splitlines()[-1],
                         "2 seeds (8 9): 8 passed, 0 failed, 2 skipped")

    def test_seeds_differ(self):
        status, _, seeds = self.run_it([(1, 0, [])] * 5, "--seeds", "5")
        self.assertEqual((status, len(set(seeds))), (0, 5))

    def test_a_failure_names_its_seed(self):
        status, out, _ = self.run_it([(5, 0, []), (5, 0, ["test_x"]), (5, 0, [])],
                                     "--seed", "7", "8", "9", "--")
        self.assertEqual(status, 1)
        self.assertIn("FAILED with --seed 8: test_x\n", out)
        self.assertEqual(out.splitlines()[-1],
                         "3 seeds (7 8 9): 14 passed, 1 failed, 0 skipped")

    def test_no_test_is_a_failure(self):
        self.assertEqual(self.run_it([(0, 0, [])], "--seeds", "1")[0], 1)


class Sanitizer:
    """What the tools for all sanitizers have in common."""
    tool = asks = options = None    # its module; what tells there of the build; a variable
    between = " "                   # options

    def run_it(self, texts, outcome=(5, 0, []), args=()):
        """Run with regrtest replaced by one that leaves these reports."""

        def regrtest(title, tests, jobs, **variables):
            words = variables[self.options].split(self.between)
            path = dict(word.split("=", 1) for word in words)["log_path"]
            for i, text in enumerate(texts):
                with open(f"{path}.{i}", "w") as f:
                    f.write(text)
            return outcome

        out = io.StringIO()
        with mock.patch.object(self.tool, self.asks, return_value=True), \
                mock.patch.object(self.tool.runtests, "regrtest", side_effect=regrtest), \
                contextlib.redirect_stdout(out):
            status = self.tool.main([*args, "test_a"])
        return status, out.getvalue()

    def test_no_report_is_good(self):
        self.assertEqual(self.run_it([])[0], 0)

    def test_failed_and_missing_tests_fail(self):
        self.assertEqual(self.run_it([], (5, 0, ["test_x"]))[0], 1)
        self.assertEqual(self.run_it([], (0, 0, []))[0], 1)

    def test_reports_can_be_kept(self):
        with tempfile.TemporaryDirectory() as folder:
            self.run_it(["", ""], args=["--keep", folder])
            self.assertEqual(sorted(os.listdir(folder)), ["report.0", "report.1"])


class ThreadSanitizerTests(Sanitizer, unittest.TestCase):
    tool, asks, options = tsantest, "has_thread_sanitizer", "TSAN_OPTIONS"

    def test_the_list_of_the_base_is_read(self):
        races = tsantest.base_races()
        self.assertIn((False, "new_interpreter"), races)
        self.assertIn((True, "interpreter_clear"), races)

    def test_a_report_in_our_files_fails(self):
        status, out = self.run_it(["", BASES + OURS])
        self.assertEqual(status, 1)
        self.assertIn("first Python/plus_gil.c:12", out)
        self.assertIn("2 reports of 2 kinds, 1 kinds are ours", out)

    def test_the_bases_reports_are_counted(self):
        status, out = self.run_it([BASES, BASES])
        self.assertEqual(status, 0)
        self.assertIn("base     2 x data race Objects/dictobject.c in first", out)
        self.assertNotIn("Previous read", out)

    def test_the_second_access_may_be_ours(self):
        mixed = OURS.replace("Python/plus_gil.c:12", "Objects/dictobject.c:12")
        self.assertEqual(self.run_it([mixed])[0], 1)

    def test_each_kind_of_file_of_ours_counts(self):
        for path in ("Include/internal/pycore_plus_parker_sem.h", "Python/plus_policy.h",
                     "Modules/_thread/module.c"):
            with self.subTest(path=path):
                text = REPORT.format(file=path, origin="x.c", caller="new_interpreter")
                self.assertEqual(self.run_it([text])[0], 1)

    def test_an_unknown_race_of_the_base_fails(self):
        self.assertEqual(self.run_it([BASES.replace("new_interpreter", "other")])[0], 1)

    def test_the_function_that_races_excuses_the_other_side(self):
        excused = OURS.replace("second", "interpreter_clear")
        self.assertEqual(self.run_it([excused])[0], 0)
        called = OURS.replace("new_interpreter", "interpreter_clear")
        self.assertEqual(self.run_it([called])[0], 1)


ADDRESS = '''=================================================================
==7==ERROR: AddressSanitizer: heap-use-after-free on address 0x6
READ of size 8 at 0x6 thread T2
    #0 0x5 in first /x/build/asan/../src/Objects/dictobject.c:12:3
SUMMARY: AddressSanitizer: heap-use-after-free /x/build/asan/../src/Objects/dictobject.c:12:3 in first
==7==ABORTING
'''
UNDEFINED = '''../src/{file}:12:3: runtime error: left shift of negative value -1
    #0 0x5 in first /x/build/asan/../src/{file}:12:3
SUMMARY: UndefinedBehaviorSanitizer: undefined-behavior ../src/{file}:12:3 in
'''


class AddressSanitizerTests(Sanitizer, unittest.TestCase):
    tool, asks, options, between = asantest, "has_address_sanitizer", "ASAN_OPTIONS", ":"

    def test_memory_errors_anywhere_count(self):
        status, out = self.run_it(["", ADDRESS])
        self.assertEqual(status, 1)
        self.assertIn("READ of size 8", out)
        self.assertIn("1 reports of 1 kinds, 1 kinds are ours", out)

    def test_undefined_behaviour_counts_in_our_files(self):
        ours = UNDEFINED.format(file="Python/plus_gil.c")
        base = UNDEFINED.format(file="Objects/dictobject.c")
        status, out = self.run_it([base + base])
        self.assertEqual(status, 0)
        self.assertIn("base     2 x undefined-behavior Objects/dictobject.c:12:3 in", out)
        status, out = self.run_it([base + ours])
        self.assertEqual(status, 1)
        self.assertIn("2 reports of 2 kinds, 1 kinds are ours", out)


if __name__ == "__main__":
    unittest.main()
