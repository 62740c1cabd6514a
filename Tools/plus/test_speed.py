# Copyright PythonPlus contributors.
"""Tests of speed.py, its programs and the mean of its ratios.

usage: python3 Tools/plus/test_speed.py
"""
import importlib
import os
import sys
import types
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from plusbench import children, mean, runner, stats
from plusbench.workloads import single
from test_tools import Folder, sample_run, tool
import speed

CASES = speed.Speed().cases(None)


def timed_run(*columns):
    """Return a Run of programs: per program the times on [1] and on [2]."""
    run = sample_run([], [])
    run.cases = [runner.Case("p%d" % number, "program:p", "", ("time",))
                 for number in range(len(columns))]
    run.results = [
        {"case": case.name, "interpreter": index, "round": number, "events": 1000,
         "values": {"time": value}}
        for case, pair in zip(run.cases, columns)
        for index, values in enumerate(pair) for number, value in enumerate(values)]
    return run


class Mean(unittest.TestCase):
    def test_geometric_mean(self):
        self.assertAlmostEqual(stats.geometric_mean([2, 8]), 4)
        self.assertAlmostEqual(stats.geometric_mean([0.5, 2]), 1)

    def test_of_the_ratios_of_the_medians(self):
        ratios = mean.Ratios(timed_run(([9, 1, 1], [2, 2, 7]), ([4, 4, 4], [32, 32, 32])), 1)
        self.assertAlmostEqual(ratios.mean(), 4)

    def test_interval_holds_the_mean_and_grows_with_the_spread(self):
        widths = []
        for noise in 0.01, 0.1:
            times = [1 + noise * step for step in (-2, -1, 0, 1, 2)]
            ratios = mean.Ratios(timed_run(([1] * 5, times)), 1)
            low, high = ratios.interval()
            self.assertTrue(low < ratios.mean() < high)
            widths.append(high - low)
        self.assertGreater(widths[1], 5 * widths[0])

    def test_what_disturbs_both_widens_nothing(self):
        disturbed = [1, 1, 5, 1, 3]
        low, high = mean.Ratios(timed_run((disturbed, [2 * t for t in disturbed])), 1).interval()
        self.assertAlmostEqual(low, 2)
        self.assertAlmostEqual(high, 2)

    def test_lines(self):
        line = " ".join(mean.lines(timed_run(([1] * 3, [1.25] * 3))))
        self.assertEqual(line.strip(), "Geometric mean of x[1] on [2], 1 case: 1.2500 "
                         "(95 % confidence: 1.2500 to 1.2500)")
        self.assertNotIn("confidence", "".join(mean.lines(timed_run(([1], [1])))))

    def test_of_programs_only_and_of_those_that_both_ran(self):
        self.assertEqual(mean.lines(sample_run([1.0] * 3, [2.0] * 3)), [])
        self.assertEqual(mean.lines(timed_run(([1], []))), [])
        self.assertIn("1 case: 3.0000", mean.lines(timed_run(([1], []), ([1], [3])))[1])


class Single(unittest.TestCase):
    def measure(self, program, seconds):
        with mock.patch.object(importlib, "import_module", return_value=program):
            return single.measure("made_up", seconds)

    def test_loops_and_values(self):
        # A clock that a run turns on by 10 ms.
        clock = types.SimpleNamespace(now=0.0)
        clock.perf_counter = lambda: clock.now

        def run():
            clock.now += 0.01
            return 7
        with mock.patch.object(single, "time", clock):
            found = self.measure(types.SimpleNamespace(run=run, EXPECTED=7), 0.99)
        self.assertEqual(found["raw"]["loops"], 20)
        self.assertEqual(found["events"], 20 * single.VALUES)
        self.assertAlmostEqual(found["values"]["time"], 10)

    def test_a_wrong_result_is_no_speed(self):
        program = types.SimpleNamespace(run=lambda: 6, EXPECTED=7)
        with self.assertRaisesRegex(RuntimeError, "made_up gave 6, not 7"):
            self.measure(program, 0.1)


class Programs(Folder):
    def test_enough(self):
        self.assertGreaterEqual(len(CASES), 12)
        self.assertLessEqual(speed.QUICK, {case.name for case in CASES})

    def test_documented(self):
        with open(os.path.join(HERE, os.pardir, os.pardir, "Doc", "benchmarks.md"),
                  encoding="utf-8") as file:
            text = file.read()
        for case in CASES:
            self.assertIn("`%s`" % case.name, text)

    def test_each_starts_no_thread_and_gives_the_same_twice(self):
        for case in CASES:
            with self.subTest(program=case.name):
                program = importlib.import_module("plusbench.programs." + case.name)
                with mock.patch("_thread.start_new_thread", side_effect=AssertionError):
                    single.check(program, case.name)
                    single.check(program, case.name)

    def test_all_run_by_the_tool(self):
        done = tool("speed.py", "--seconds", "0.05", "--rounds", "1", "--python",
                    "a=" + sys.executable, "b=" + sys.executable, "--json", self.path("out.json"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"\n%s +time +ms < +[\d.]+ +[\d.]+ +x\d\.\d{3}\n"
                         % CASES[0].name)
        self.assertIn("Geometric mean of x[1] on [2], %d cases: " % len(CASES), done.stdout)
        data = self.load("out.json")
        self.assertEqual(len(data["results"]), 2 * len(CASES))
        for result in data["results"]:
            self.assertEqual(len(result["raw"]["seconds_per_run"]), single.VALUES)

    def test_unknown_program(self):
        done = tool("speed.py", "--only", "nope")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no such case; there are: chacha ", done.stderr)

    def test_a_failing_program_is_reported(self):
        with self.assertRaisesRegex(children.ChildFailed, "No module named"):
            children.run([sys.executable], '{"workload": "program:nope", "seconds": 0.1}', 30)


if __name__ == "__main__":
    unittest.main()
