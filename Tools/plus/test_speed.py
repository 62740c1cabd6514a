# Copyright PythonPlus contributors.
"""Tests of speed.py, its programs and the mean of its ratios.

usage: python3 Tools/plus/test_speed.py
"""
import importlib
import io
import os
import sys
import types
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from plusbench import children, doubts, lockstep, mean, pairs, report, runner, stats
from plusbench.workloads import single
from test_tools import QUIET, Folder, sample_run, tool
import speed

CASES = speed.Speed().cases(None)


def timed_run(*columns):
    """Return a Run of programs: per program [1] and [2], a list of turns per round."""
    run = sample_run([], [])
    run.rounds = len(columns[0][0])
    run.cases = [runner.Case("p%d" % number, "program:p", "", ("time",))
                 for number in range(len(columns))]
    run.results = [
        {"case": case.name, "interpreter": index, "round": number, "at": number,
         "events": 1000, "values": {"time": stats.median(turns) * 1e3},
         "raw": {"seconds_per_run": turns}}
        for case, pair in zip(run.cases, columns)
        for index, rounds in enumerate(pair) for number, turns in enumerate(rounds)]
    return run


class Mean(unittest.TestCase):
    def test_geometric_mean(self):
        self.assertAlmostEqual(stats.geometric_mean([2, 8]), 4)
        self.assertAlmostEqual(stats.geometric_mean([0.5, 2]), 1)

    def test_turn_by_turn(self):
        # The core is slow in every other turn; the median of the times hides
        # that the second interpreter takes twice as long in each.
        run = timed_run(([[1, 9, 1]], [[2, 18, 18]]))
        self.assertEqual(pairs.ratios(run, run.cases[0], 1), {0: 2})
        self.assertEqual(report.summary(run, lambda case: case.metrics)[0]["columns"][1]["ratio"],
                         2)

    def test_rounds_of_different_runs_are_no_pairs(self):
        run = timed_run(([[1]], [[2]]))
        run.results[1]["at"] = 5
        self.assertEqual(pairs.ratios(run, run.cases[0], 1), {})
        self.assertEqual(mean.lines(run), [])

    def test_of_the_medians_over_the_rounds(self):
        ratios = mean.Ratios(timed_run(([[1]] * 3, [[2], [2], [7]]), ([[4]] * 3, [[32]] * 3)), 1)
        self.assertAlmostEqual(ratios.mean(), 4)

    def test_interval_holds_the_mean_and_grows_with_the_spread(self):
        widths = []
        for noise in 0.01, 0.1:
            times = [[1 + noise * step] for step in (-2, -1, 0, 1, 2)]
            ratios = mean.Ratios(timed_run(([[1]] * 5, times)), 1)
            low, high = ratios.interval()
            self.assertTrue(low < ratios.mean() < high)
            widths.append(high - low)
        self.assertGreater(widths[1], 5 * widths[0])

    def test_what_disturbs_both_widens_nothing(self):
        disturbed = [[1], [1], [5], [1], [3]]
        doubled = [[2 * turn for turn in turns] for turns in disturbed]
        low, high = mean.Ratios(timed_run((disturbed, doubled)), 1).interval()
        self.assertAlmostEqual(low, 2)
        self.assertAlmostEqual(high, 2)

    def test_lines(self):
        run = timed_run(([[1]] * 3, [[1.25]] * 3))
        self.assertEqual(" ".join(mean.lines(run)).strip(),
                         "Geometric mean of x[1] on [2], 1 case: 1.2500 "
                         "(95 % confidence: 1.2500 to 1.2500)")
        self.assertNotIn("confidence", "".join(mean.lines(timed_run(([[1]], [[1]])))))
        self.assertRegex(report.table(run)[2], r"x1.250 \+-0.0%$")

    def test_of_programs_only_and_of_those_that_both_ran(self):
        self.assertEqual(mean.lines(sample_run([1.0] * 3, [2.0] * 3)), [])
        self.assertEqual(mean.lines(timed_run(([[1]], []))), [])
        self.assertIn("1 case: 3.0000",
                      mean.lines(timed_run(([[1]], []), ([[1]], [[3]])))[1])

    def test_the_spread_of_the_ratios_is_a_doubt_that_of_the_times_not(self):
        steady = timed_run(([[1], [2], [3]], [[2], [4], [6]]))
        shaky = timed_run(([[1]] * 3, [[1], [2], [3]]))
        self.assertEqual(doubts.Doubts(steady, QUIET, 0.0).texts, [])
        self.assertEqual(doubts.Doubts(shaky, QUIET, 0.0).texts, ["p0: time +-25% on [2]"])


class Single(unittest.TestCase):
    def serve(self, run, turns):
        """Return (result, lines said) of a made-up program that should give 7."""
        out = io.StringIO()
        program = types.SimpleNamespace(run=run, EXPECTED=7)
        with mock.patch.object(importlib, "import_module", return_value=program):
            return single.serve("made_up", turns, out), out.getvalue().splitlines()

    def test_a_run_per_turn(self):
        # A clock that the first runs turn on by 10 ms, the last one by 90 ms.
        clock = types.SimpleNamespace(now=0.0, left=[0.01] * 4 + [0.09])
        clock.perf_counter = lambda: clock.now

        def run():
            clock.now += clock.left.pop(0)
            return 7
        with mock.patch.object(single, "time", clock):
            found, lines = self.serve(run, ["\n"] * 3)
        self.assertEqual(len(lines), 4, "one for the warm-up, one per turn")
        self.assertEqual((found["events"], len(found["raw"]["seconds_per_run"])), (3, 3))
        self.assertAlmostEqual(found["values"]["time"], 10)
        self.assertAlmostEqual(float(lines[-1]), 0.09)

    def test_a_wrong_result_is_no_speed(self):
        with self.assertRaisesRegex(RuntimeError, "made_up gave 6, not 7"):
            self.serve(lambda: 6, ["\n"])

    def test_no_turn_is_no_result(self):
        with self.assertRaisesRegex(RuntimeError, "no turn came"):
            self.serve(lambda: 7, [])


class Accidents(Folder):
    """One interpreter fails; the results of the other are kept."""

    def run_beside(self, measuring, *args):
        bad = self.fake("bad", measuring)
        done = tool("speed.py", "--python", "good=" + sys.executable, "bad=" + bad,
                    "--only", "queens", "--seconds", "0.05", "--rounds", "2",
                    "--json", self.path("out.json"), *args)
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        data = self.load("out.json")
        self.assertEqual([result["interpreter"] for result in data["results"]], [0, 0])
        self.assertEqual(len(data["failures"]), 1, "a failed case is not tried again")
        return data["failures"][0]["message"]

    def test_dies(self):
        self.assertEqual(self.run_beside("kill -SEGV $$"), "died of SIGSEGV")

    def test_fails(self):
        self.assertEqual(self.run_beside("echo last >&2; exit 3"), "ended with status 3: last")

    def test_says_nothing_or_something_else(self):
        self.assertEqual(self.run_beside("exit 0"), "gave no result")
        self.assertEqual(self.run_beside("echo '{}'"), "gave no result")

    def test_stops_in_the_middle(self):
        self.assertEqual(self.run_beside("echo 0.01; read turn; echo 0.01; exit 4"),
                         "ended with status 4")

    def test_hangs_and_is_killed(self):
        self.assertEqual(self.run_beside("echo 0.01; sleep 600", "--limit", "3"),
                         "gave no result within 3 s and was killed")

    def test_runs_under_another_scheduler(self):
        message = self.run_beside("""REAL | sed -u 's/"scheduler": "/&another /'""")
        self.assertRegex(message, "ran under another .*, not under ")


class Turns(unittest.TestCase):
    def test_all_interpreters_in_pairs_with_the_order_turned(self):
        said = []

        class Talk:
            def __init__(self, command, argument, limit):
                self.name = command[0]
                self.pid = 0        # this process

            def __enter__(self):
                return self

            def __exit__(self, *exc_info):
                pass

            def ask(self, text=""):
                said.append(self.name if text else self.name + "?")
                return 0.01

            def end(self):
                return {"values": {"time": 1.0}, "events": 1, "scheduler": "somebody's GIL"}
        run = sample_run([], [])
        lock = lockstep.Lockstep(run.interpreters, run.cases, 1, 0.061)
        with mock.patch.object(children, "Talk", Talk), mock.patch.object(lockstep, "pin"):
            lock.go(lambda *args: None)
        self.assertEqual(said[:2], ["/one?", "/two?"])
        self.assertEqual(said[2:], ["/two", "/one", "/one", "/two"] * 3)
        self.assertEqual([result["interpreter"] for result in lock.results], [0, 1])


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
            self.assertEqual(len(result["raw"]["seconds_per_run"]), result["events"])
            self.assertGreaterEqual(result["events"], lockstep.LEAST_TURNS)

    def test_unknown_program(self):
        done = tool("speed.py", "--only", "nope")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("no such case; there are: chacha ", done.stderr)

    def test_a_failing_program_is_reported(self):
        with children.Talk([sys.executable], '{"workload": "program:nope"}', 30) as talk:
            self.assertRaisesRegex(children.ChildFailed, "No module named", talk.ask)


if __name__ == "__main__":
    unittest.main()
