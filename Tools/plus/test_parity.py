# Copyright PythonPlus contributors.
"""Tests of parity.py: what it reads, what it finds, what it refuses.

usage: python3 Tools/plus/test_parity.py
"""
import contextlib
import io
import json
import os
import subprocess
import sys
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

import parity
from plusparity import again, both, difference, files, outcomes, store
from plusparity.outcomes import FILE
from test_plot import STRANGE, changed

LIMIT_S = 300               # for a command of these tests
FLAGS = files.flags(files.FILE_LIMIT_S)

XML = """<testsuites><testsuite>
<testcase name="test.test_a.T.test_good" status="run" result="completed" />
<testcase name="test.test_a.T.test_bad"><failure type="AssertionError">no</failure></testcase>
<testcase name="test.test_a.T.test_ill"><error type="OSError">no</error></testcase>
<testcase name="test.test_a.T.test_not_here"><skipped>no display</skipped></testcase>
<testcase name="test.test_a.T.test_known"><output type="AssertionError">no</output></testcase>
<testcase name="test.test_a.T.test_surprise"><outcome>UNEXPECTED_SUCCESS</outcome></testcase>
<testcase name="test.test_a.T.test_parts (i=1)"><skipped>not this one</skipped></testcase>
<testcase name="test.test_a.T.test_of_0x7f01"><system-out>noise</system-out></testcase>
<testcase name="test.test_a.T.test_twice" />
<testcase name="test.test_a.T.test_twice"><skipped>the second time</skipped></testcase>
<testcase />
</testsuite></testsuites>"""

# What regrtest prints of a file beside its result file.
PRINTED = """0:00:00 load avg: 0.50 Run 1 test in parallel using 1 worker process
FAIL: test_sub (test.test_a.T.test_sub) (i=3)
ERROR: setUpClass (test.test_a.Broken)
0:00:02 load avg: 0.50 [1/1/1] test_a failed (1 error, 1 failure)
test test_a failed
"""


def record(**cases):
    return {"cases": {FILE: "ran"} | cases, "seconds": 1.5}


def ended(state):
    return {"cases": {FILE: state}, "seconds": 1.5}


class OutcomeTests(unittest.TestCase):
    def read(self, printed, xml=XML):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "result.xml")
            if xml:
                with open(path, "w") as f:
                    f.write(xml)
            return outcomes.read("test_a", printed.splitlines(), path)

    def test_each_kind_of_case(self):
        self.assertEqual(self.read(PRINTED)["cases"], {
            FILE: "ran",
            "test_a.T.test_good": "passed",
            "test_a.T.test_bad": "failed",
            "test_a.T.test_ill": "failed",
            "test_a.T.test_not_here": "skipped",
            "test_a.T.test_known": "expected failure",
            "test_a.T.test_surprise": "unexpected success",
            "test_a.T.test_parts": "skipped",
            "test_a.T.test_of_0x": "passed",
            "test_a.T.test_twice": "skipped",
            # Only printed:
            "test_a.T.test_sub": "failed",
            "test_a.Broken.setUpClass": "failed"})

    def test_each_end_of_a_file(self):
        for said, state in (("passed", "ran"),
                            ("passed (1 min 30 sec)", "ran"),
                            ("failed (env changed)", "environment changed"),
                            ("failed (uncaught exception)", "crashed"),
                            ("failed", "failed"),
                            ("skipped", "skipped"),
                            ("skipped (resource denied)", "resource denied"),
                            ("worker non-zero exit code (Exit code -11 (SIGSEGV))", "crashed"),
                            ("ran no tests", "ran no tests"),
                            ("timed out (30 min)", "timed out")):
            for counter in ("[1/1]", "[ 1/12/1]"):
                with self.subTest(said=said, counter=counter):
                    found = self.read(f"0:00:02 load avg: 0.50 {counter} test_a {said}", xml=None)
                    self.assertEqual(found["cases"], {FILE: state})

    def test_what_was_interrupted_has_no_record(self):
        self.assertIsNone(self.read("0:00:02 [1/1] test_a interrupted"))
        self.assertIsNone(self.read("0:00:02 [1/1] test_b passed"))
        self.assertIsNone(self.read(""))

    def test_a_damaged_result_file(self):
        found = self.read("0:00:02 [1/1] test_a passed", xml="<testsuites><tests")
        self.assertEqual(found["cases"], {FILE: "ran"})

    def test_the_state_of_a_file(self):
        self.assertEqual(outcomes.state(record(test_x="skipped")), "passed")
        self.assertEqual(outcomes.state(record(test_x="failed")), "failed")
        self.assertEqual(outcomes.state(ended("crashed")), "crashed")


class DifferenceTests(unittest.TestCase):
    def of(self, left, right):
        return [(each.case, each.first) for each in difference.of_file("test_a", left, right)]

    def test_equal_records_do_not_differ(self):
        one = record(test_x="failed", test_y="skipped", test_z="passed")
        self.assertEqual(self.of(one, one), [])
        self.assertEqual(self.of(None, None), [])

    def test_each_difference_is_found(self):
        left = record(test_w="passed", test_x="passed", test_y="skipped")
        right = record(test_w="passed", test_x="failed", test_z="passed")
        self.assertEqual(self.of(left, right), [("test_x", ("passed", "failed")),
                                                ("test_y", ("skipped", "missing")),
                                                ("test_z", ("missing", "passed"))])

    def test_a_file_that_ended_otherwise_is_one_difference(self):
        for state in ("crashed", "timed out", "environment changed", "skipped", "ran no tests"):
            with self.subTest(state=state):
                self.assertEqual(self.of(record(test_x="passed"), ended(state)),
                                 [(FILE, ("ran", state))])
        self.assertEqual(self.of(None, record(test_x="passed")), [(FILE, ("missing", "ran"))])

    def test_flaky_is_what_never_differed_again(self):
        def flaky(alone, whole):
            return difference.Difference("f", "c", ("passed", "failed"), alone, whole).flaky

        same, other = ("failed", "failed"), ("passed", "failed")
        self.assertFalse(flaky(None, None))
        self.assertTrue(flaky(same, same))
        self.assertTrue(flaky(None, same))
        self.assertFalse(flaky(other, same))
        self.assertFalse(flaky(same, other))


class FakeRunner:
    """Answers from {position: [record of each run]}."""

    def __init__(self, answers):
        self.answers = answers
        self.asked = []

    def run(self, command, name, patterns=()):
        self.asked.append((command, name, list(patterns)))
        return self.answers[command].pop(0), "output"

    def stop(self):
        pass


class AgainTests(unittest.TestCase):
    def test_by_itself_and_then_the_whole_file(self):
        found = difference.of_file("test_a", record(**{"test_a.T.test_x[1]": "passed"}),
                                   record(**{"test_a.T.test_x[1]": "failed"}))
        good, bad = (record(**{"test_a.T.test_x[1]": what}) for what in ("passed", "failed"))
        runner, kept = FakeRunner({"A": [good, good], "B": [good, bad]}), []
        again.run(runner, ["A", "B"], found, lambda *each: kept.append(each))
        self.assertEqual((found[0].alone, found[0].whole),
                         (("passed", "passed"), ("passed", "failed")))
        self.assertFalse(found[0].flaky)
        chosen = ["*test_a.T.test_x[[]1]"]
        self.assertEqual(runner.asked, [("A", "test_a", chosen), ("B", "test_a", chosen),
                                        ("A", "test_a", []), ("B", "test_a", [])])
        self.assertEqual(len(kept), 4)

    def test_a_file_that_crashed_runs_as_a_whole(self):
        found = difference.of_file("test_a", record(test_x="passed"), ended("crashed"))
        runner = FakeRunner({"A": [record(test_x="passed")], "B": [record(test_x="passed")]})
        again.run(runner, ["A", "B"], found, lambda *each: None)
        self.assertEqual([patterns for _, _, patterns in runner.asked], [[], []])
        self.assertTrue(found[0].flaky)

    def test_patterns(self):
        self.assertEqual(again.pattern("test_a.T.setUpClass"), "*test_a.T.*")
        self.assertEqual(again.pattern("test_a.T.test_of_0x"), "*test_a.T.test_of_0x*")


class TurnsTests(unittest.TestCase):
    def test_the_interpreters_take_turns(self):
        self.assertEqual(both.order([["a", "b", "c"], ["a", "c", "d"]], [{"a"}, {"c"}]),
                         [(1, "a"), (0, "b"), (0, "c"), (1, "d")])

    def test_a_file_is_not_run_on_both_at_once(self):
        turns = both.Both([(0, "a"), (1, "a"), (0, "b")])
        first, second = turns.take(), turns.take()
        self.assertEqual((first, second), ((0, "a"), (0, "b")))
        turns.done(first)
        self.assertEqual(turns.take(), (1, "a"))
        self.assertIsNone(turns.take())

    def test_all_is_run_by_several_threads(self):
        names = [f"test_{i}" for i in range(30)]
        runner = FakeRunner({c: [record() for _ in names] for c in "AB"})
        kept = []
        both.run(runner, "AB", both.order([names, names], [{}, {}]), 3,
                 lambda position, name, *_: kept.append((position, name)))
        self.assertCountEqual(kept, [(p, name) for p in (0, 1) for name in names])

    def test_a_failing_run_stops_all(self):
        runner = FakeRunner({"A": [], "B": []})
        with self.assertRaises(IndexError):
            both.run(runner, "AB", [(0, "a"), (1, "b"), (0, "c")], 2, lambda *_: None)


class StoreTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.path = os.path.join(folder.name, "stock.json")

    def test_a_stopped_run_goes_on(self):
        first = store.Store(self.path, {"build": "1"})
        self.assertIsNone(first.resume())
        first.add("test_a", record(test_x="passed"))
        second = store.Store(self.path, {"build": "1"})
        self.assertIn("goes on with 1 files", second.resume())
        self.assertEqual(second.records, {"test_a": record(test_x="passed")})

    def test_another_build_is_put_aside(self):
        store.Store(self.path, {"build": "1"}).add("test_a", record())
        other = store.Store(self.path, {"build": "2"})
        self.assertIn("of another build or of other flags", other.resume())
        self.assertEqual((other.records, os.path.exists(self.path)), ({}, False))
        self.assertEqual(list(store.read(self.path + ".old").records), ["test_a"])


class CommandTests(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def result(self, label, records, flags=FLAGS):
        path = os.path.join(self.folder, label + ".json")
        saved = store.Store(path, {"label": label, "flags": flags})
        for name, each in records.items():
            saved.add(name, each)
        return path

    def compare(self, left, right, *args):
        """Return (status, output, the JSON)."""
        out, path = io.StringIO(), os.path.join(self.folder, "difference.json")
        with contextlib.redirect_stdout(out):
            status = parity.main(["--compare", self.result("stock", left),
                                  self.result("plus", right), "--json", path, *args])
        with open(path) as f:
            return status, out.getvalue(), json.load(f)

    def test_the_same_is_good(self):
        same = {"test_a": record(test_x="passed", test_y="failed"), "test_b": ended("skipped")}
        status, out, saved = self.compare(same, same)
        self.assertEqual(status, 0)
        self.assertIn("1 fail on both:\n  test_a test_y\n", out)
        self.assertEqual(out.splitlines()[-1], "2 files: 0 differences, 0 flaky, 1 fail on both")
        self.assertEqual(saved["interpreters"][0]["cases"], {"passed": 1, "failed": 1})

    def test_a_case_that_fails_on_plus_only_is_found(self):
        status, out, saved = self.compare({"test_a": record(test_x="passed")},
                                          {"test_a": record(test_x="failed")})
        self.assertEqual(status, 1)
        self.assertIn("1 differ:\n  test_a test_x: stock passed, plus failed\n", out)
        self.assertEqual(saved["differences"][0]["first"], ["passed", "failed"])

    def test_each_other_difference_is_found(self):
        for other in ({}, {"test_a": record()}, {"test_a": record(test_x="skipped")},
                      {"test_a": ended("crashed")}, {"test_a": ended("timed out")}):
            with self.subTest(other=other):
                left = {"test_a": record(test_x="passed"), "test_b": record()}
                self.assertEqual(self.compare(left, other | {"test_b": record()})[0], 1)

    def test_a_part_is_compared(self):
        left = {"test_a": record(), "test.test_asyncio.test_b": record()}
        right = {"test_a": ended("crashed"), "test.test_asyncio.test_b": record()}
        self.assertEqual(self.compare(left, right, "--only", "test_asyncio")[0], 0)
        self.assertEqual(self.compare(left, right, "--only", "test_asyncio,test_a")[0], 1)

    def tool(self, *args):
        return subprocess.run([sys.executable, os.path.join(HERE, "parity.py"), *args],
                              capture_output=True, encoding="utf-8", timeout=LIMIT_S)

    def test_wrong_arguments_are_refused(self):
        good, text = self.result("good", {"test_a": record()}), os.path.join(self.folder, "text")
        other = self.result("other", {"test_a": record()}, flags=["-m", "test"])
        with open(text, "w") as f:
            f.write("no JSON")
        python = ["--folder", self.folder, "--python", "a=" + sys.executable]
        for args, message in (
                ([], "give either --python"),
                (["--python", sys.executable], "--python"),
                (["--compare", good], "--compare"),
                (["--compare", good, good, "--python", "a", "b"], "give either --python"),
                (["--compare", good, "/no/such.json"], "No such file"),
                (["--compare", good, text], "is no JSON file"),
                (["--compare", good, other], "different flags"),
                (["--compare", good, good, "--only", "test_c"], "no such test file"),
                (["--compare", good, good, "-j", "0"], "-j"),
                (["--compare", good, good, "--limit", "x"], "--limit"),
                (["--compare", good, good, "--json", "/no/such/folder/x"], "there is no folder"),
                ([*python, "b=/no/such/python"], "there is no such program"),
                ([*python, "a=" + sys.executable], "two different labels"),
                ([*python, "b=" + sys.executable, "--only", "test_nothing"], "no such test file"),
                (["--folder", text, "--python", "a=python3", "b=python3"], "--folder")):
            with self.subTest(args=args):
                result = self.tool(*args)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn(message, result.stderr)

    def test_damaged_results_are_refused_or_make_no_difference(self):
        good = self.result("good", {"test_a": record(test_x="passed")})
        bad = os.path.join(self.folder, "bad.json")
        with open(good) as f:
            whole = json.load(f)
        for path, data in changed(whole, (*STRANGE, ...)):
            with self.subTest(path=path):
                with open(bad, "w") as f:
                    json.dump(data, f)
                out, err = io.StringIO(), io.StringIO()
                with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                    status = parity.main(["--compare", good, bad])
                if status == 2:
                    self.assertEqual((out.getvalue(), err.getvalue().count("\n")), ("", 1))
                else:
                    self.assertIn(status, (0, 1))
                    self.assertEqual(err.getvalue(), "")

    def test_two_interpreters(self):
        # CPython skips one case of this file where there are no docstrings.
        command = ["--folder", self.folder, "--only", "test_pkg", "--python",
                   "a=" + sys.executable, f"b={sys.executable} -OO"]
        result = self.tool(*command)
        self.assertEqual(result.returncode, 1, result.stdout + result.stderr)
        found = result.stdout.splitlines()
        start = found.index("1 differ:")
        self.assertEqual(found[start + 1:start + 4], [
            "  test_pkg test_pkg.TestPkg.test_8: a passed, b skipped",
            "      by itself:  a passed, b skipped",
            "      whole file: a passed, b skipped"])
        # All is there: nothing is run again.
        result = self.tool(*command, "--no-again")
        self.assertEqual((result.returncode, "[1/" in result.stdout), (1, False))


if __name__ == "__main__":
    unittest.main()
