# Copyright PythonPlus contributors.
"""Tests of giltest.py, testserver.py and plusbench.

No figure is asserted: the machine that runs the tests is not quiet.

usage: python3 Tools/plus/test_tools.py
"""
import io
import json
import os
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import types
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from plusbench import ab, children, doubts, interpreters, main, options, record
from plusbench import report, runner, stats
from plusbench.workloads import Unsupported, clients, gilstats, harness, native, probe
from plusbench.workloads import subinterpreters, uncontended
import giltest
import testserver

LIMIT_S = 120               # for a command of these tests


def tool(name, *args, env=None):
    """Run a tool; return its completed process."""
    return subprocess.run([sys.executable, os.path.join(HERE, name), *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=env,
                          encoding="utf-8", timeout=LIMIT_S)


class Folder(unittest.TestCase):
    """A test with a folder of its own."""

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def path(self, name):
        return os.path.join(self.folder, name)

    def fake(self, name, measuring):
        """Make an interpreter that passes the probe; then it runs measuring."""
        python = " ".join([shlex.quote(sys.executable), '"$@"'])
        script = '#!/bin/sh\nfor last; do :; done\n' \
                 'if test "$last" = probe; then exec %s; fi\n%s\n' % (python, measuring)
        with open(self.path(name), "w") as file:
            file.write(script.replace("REAL", python))
        os.chmod(self.path(name), 0o755)
        return self.path(name)

    def load(self, name):
        with open(self.path(name), encoding="utf-8") as file:
            return json.load(file)


class Statistics(unittest.TestCase):
    def test_quantile(self):
        for values, q, expected in (
                ([5], 0.99, 5), ([1, 2, 3, 4], 0.5, 2.5), ([4, 1, 3, 2], 0.25, 1.75),
                ([1, 2, 3], 0, 1), ([1, 2, 3], 1, 3), (range(101), 0.99, 99)):
            self.assertAlmostEqual(stats.quantile(values, q), expected)
        self.assertRaises(ValueError, stats.quantile, [], 0.5)

    def test_spread_ignores_one_disturbed_round(self):
        self.assertAlmostEqual(stats.spread_percent([98, 99, 100, 101, 102]), 1)
        self.assertAlmostEqual(stats.spread_percent([98, 99, 100, 101, 900]), 1)
        self.assertIsNone(stats.spread_percent([100]))
        self.assertIsNone(stats.spread_percent([0, 0, 0]))

    def test_jain(self):
        self.assertEqual(stats.jain([7, 7, 7]), 1)
        self.assertAlmostEqual(stats.jain([1, 0, 0, 0]), 0.25)
        self.assertEqual(stats.jain([0, 0]), 1)


class Order(unittest.TestCase):
    def test_interleaved_and_turned_round(self):
        cases = ["a", "b"]
        self.assertEqual(list(runner.schedule(2, cases, 3)), [
            (0, "a", 0), (0, "a", 1), (0, "a", 2), (0, "b", 0), (0, "b", 1), (0, "b", 2),
            (1, "a", 2), (1, "a", 1), (1, "a", 0), (1, "b", 2), (1, "b", 1), (1, "b", 0)])


FACTS = {"implementation": "CPython", "short_name": "CPython 3.13.5", "debug": False,
         "cflags": "-g -O3", "config_args": "", "sys_version": "3.13.5 (x)\n[y]",
         "scheduler": "somebody's GIL"}
QUIET = {"load_1min": 0.0, "cgroup_cpu_max": "max 100000", "cpus_allowed": 2}


def sample_run(first, second, events=1000, facts=FACTS):
    """Return a Run of one case on two interpreters, with these rates."""
    found = [interpreters.Interpreter(["/one"], "one", FACTS),
             interpreters.Interpreter(["/two"], "two", facts)]
    case = runner.Case("lock", "pingpong:lock", "", ("rate",))
    run = runner.Run(found, [case], len(first), 1.0)
    for index, rates in enumerate((first, second)):
        run.results += [{"case": "lock", "interpreter": index, "round": number,
                         "events": events, "values": {"rate": rate}}
                        for number, rate in enumerate(rates)]
    return run


class Table(unittest.TestCase):
    def test_median_spread_ratio(self):
        lines = report.table(sample_run([98, 99, 100, 101, 102], [50000] * 5))
        self.assertEqual([" ".join(line.split()) for line in (lines[0], lines[2])],
                         ["case unit [1] one [2] two x[1]",
                          "lock rate 1/s 100 +- 1% 50,000 +- 0% x500"])
        self.assertEqual(len(lines), 3)
        self.assertEqual(len(lines[0]), len(lines[2]))

    def test_missing_and_zero(self):
        self.assertEqual(report.table(sample_run([5.0], []))[2].split(),
                         ["lock", "rate", "1/s", "5.00", "-", "-"])
        self.assertEqual(report.table(sample_run([0.0], [1.0]))[2].split()[-1], "-")

    def test_number(self):
        for value, text in ((0.1234, "0.12"), (12.34, "12.3"), (123.4, "123"),
                            (1234567.8, "1,234,568"), (0.0, "0.00"), (-5.25, "-5.25")):
            self.assertEqual(report.number(value), text)

    def test_every_metric_of_every_case_is_known(self):
        for case in giltest.GilTest().cases(None):
            for name in report.shown_metrics(case, verbose=True):
                self.assertIn(name, report.METRICS)


class DoubtsTest(unittest.TestCase):
    def found(self, run, others=0.0, **machine):
        return doubts.Doubts(run, dict(QUIET, **machine), others)

    def test_none(self):
        found = self.found(sample_run([100] * 5, [200] * 5))
        self.assertEqual((found.texts, found.cases), ([], []))

    def test_spread_names_case_and_interpreter(self):
        found = self.found(sample_run([100] * 5, [100, 100, 150, 200, 200]))
        self.assertEqual(found.texts, ["lock: rate +-33% on [2]"])
        self.assertEqual(found.cases, ["lock"])

    def test_each_of_the_others(self):
        quiet = sample_run([100] * 5, [100] * 5)
        debug = dict(FACTS, debug=True, cflags="-O0")
        for run, machine, text in (
                (quiet, {"load_1min": 3.0}, "loaded at the start (load 3.00)"),
                (quiet, {"cpus_allowed": 1}, "one CPU only"),
                (quiet, {"cgroup_cpu_max": "50000 100000"}, "CPU quota"),
                (quiet, {"others": 0.7}, "other processes kept 0.7 CPUs"),
                (sample_run([1], [1]), {}, "1 round: too few"),
                (sample_run([100] * 5, [100] * 5, events=2), {}, "only 10 events on [1]"),
                (sample_run([1] * 5, [1] * 5, facts=debug), {}, "not built alike"),
                (sample_run([1] * 5, [1] * 5, facts=debug), {}, "[2] is a debug build")):
            self.assertIn(text, "\n".join(self.found(run, **machine).texts))

    def test_rerun_is_a_command(self):
        text = doubts.rerun(["giltest.py"], ["a b", "c"], ["x", "y+1"], 5, 0.2)
        self.assertEqual(shlex.split(text), [
            "giltest.py", "--python", "a b", "c", "--only", "x,y+1",
            "--rounds", "11", "--seconds", "1"])


class CommandLine(Folder):
    def test_bad_input_is_refused_in_one_line(self):
        not_python = self.path("notpython")
        with open(not_python, "w") as file:
            file.write("text")
        for args, text in (
                (["--only", "nope"], "no such case; there are: cpu1 "),
                (["--only", "lock,"], "no such case"),
                (["--rounds", "0"], "0 is not a whole number from 1"),
                (["--rounds", "many"], "many is not a whole number"),
                (["--seconds", "nan"], "nan is not a number from"),
                (["--seconds", "-1"], "-1 is not a number from"),
                (["--bogus"], "unrecognized arguments: --bogus"),
                (["--python", self.path("none")], "there is no such program"),
                (["--python", not_python], "this is no executable file"),
                (["--python", "/bin/false"], "ended with status 1"),
                (["--python", "/bin/true"], "gave no result"),
                (["--python", "'a"], "No closing quotation"),
                (["--python", ""], "the path is empty"),
                (["--json", self.folder], "this is a folder"),
                (["--json", self.path("no/file")], "there is no folder")):
            with self.subTest(args=args):
                done = tool("giltest.py", *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(text, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)

    def test_list(self):
        names = [line.split()[0] for line in tool("giltest.py", "--list").stdout.splitlines()]
        self.assertEqual(names, [case.name for case in giltest.GilTest().cases(None)])
        self.assertEqual(len(names), len(set(names)))

    def test_select(self):
        cases = giltest.GilTest().cases(None)
        chosen = [case.name for case in options.select(cases, ["udp*", "lock,cpu2"], False)]
        self.assertEqual(chosen, ["cpu2", "lock", "udp", "udp+1", "udp+2"])
        self.assertEqual({case.name for case in options.select(cases, None, True)},
                         giltest.QUICK)

    def test_interpreter_argument(self):
        spaced = self.path("with space")
        os.mkdir(spaced)
        for text, expected in (
                ("python3", (None, ["python3"])),
                ("plus=./python -X a=b", ("plus", ["./python", "-X", "a=b"])),
                ("./python -X plus_gil=stock", (None, ["./python", "-X", "plus_gil=stock"])),
                (spaced, (None, [spaced])),
                ("a=" + spaced, ("a", [spaced]))):
            self.assertEqual(interpreters.split(text), expected)


class Environment(unittest.TestCase):
    def test_only_our_variables_pass(self):
        with mock.patch.dict(os.environ, PYTHONPATH="x", PYTHONPLUS_GIL="io"):
            found = children.environment()
        self.assertNotIn("PYTHONPATH", found)
        self.assertEqual(found["PYTHONPLUS_GIL"], "io")


class Proof(unittest.TestCase):
    INFO = types.SimpleNamespace(version="0.1.0", policy="io", parker="sem",
                                 locks="native", condition="python")

    def test_plus_by_its_own_word(self):
        with mock.patch("_thread.gil_info", lambda: self.INFO, create=True):
            self.assertEqual(probe.scheduler(), "PythonPlus 0.1.0, gil io, parker sem, "
                                                "locks native, condition python")
            self.assertEqual(probe.short_name(), "PythonPlus io")

    def test_wrong_label_is_refused(self):
        for label, scheduler in (("plus", "CPython's own GIL"), ("stock", "PythonPlus 1")):
            with self.assertRaisesRegex(interpreters.BadInterpreter, "this is no "):
                interpreters._refuse_mislabelled(label, scheduler)
        with mock.patch("_thread.gil_info", lambda: self.INFO, create=True):
            scheduler = probe.scheduler()
        for label in ("gil-stock", "parker-se", "parker-semi", "locks-base",
                      "condition-native"):
            with self.assertRaisesRegex(interpreters.BadInterpreter, "this is no build with "
                                        + label.replace("-", " ")):
                interpreters._refuse_mislabelled(label, scheduler)
        for label in "gil-io", "parker-sem", "locks-native", "condition-python", "other", None:
            interpreters._refuse_mislabelled(label, scheduler)
        interpreters._refuse_mislabelled("plus", "PythonPlus 1")
        interpreters._refuse_mislabelled("stock", "CPython's own GIL")


class Uncontended(unittest.TestCase):
    def test_memory_is_that_of_the_object(self):
        for size in 1000, 50000:
            found = uncontended.bytes_each(lambda: bytes(size))
            self.assertLess(abs(found - sys.getsizeof(bytes(size))), 20)

    def test_a_disturbed_batch_does_not_count(self):
        work = harness.Work({"seconds": 1.0, "cpu_threads": 0, "params": {}, "client": []})
        uncontended._repeat(work, None, 7)
        work.latencies += [2e-9, 1.0, 2e-9]
        self.assertEqual(work.values(None), {"each": 2, "bytes": 7})


class ProgressLine(unittest.TestCase):
    def test_on_a_terminal_only(self):
        run = sample_run([1], [1])
        for terminal, text in ((False, ""), (True, "round 1/1, lock on [2], about 0:")):
            stream = io.StringIO()
            stream.isatty = lambda: terminal
            main.Progress(run, stream)(0, 2, 0, run.cases[0], 1)
            self.assertIn(text, stream.getvalue())
            self.assertEqual(bool(stream.getvalue()), terminal)


class Accidents(Folder):
    """One interpreter fails; the results of the other are kept."""

    def run_beside(self, measuring, *args):
        bad = self.fake("bad", measuring)
        done = tool("giltest.py", "--python", "good=" + sys.executable, "bad=" + bad,
                    "--only", "lock", "--seconds", "0.05", "--rounds", "2",
                    "--json", self.path("out.json"), *args)
        data = self.load("out.json")
        self.assertEqual(done.returncode, 1, done.stderr)
        self.assertEqual([result["interpreter"] for result in data["results"]], [0, 0])
        self.assertEqual(len(data["failures"]), 1, "a failed case is not tried again")
        self.assertIn("lock on [2], round 1: " + data["failures"][0]["message"], done.stdout)
        return data["failures"][0]["message"]

    def test_dies(self):
        self.assertEqual(self.run_beside("kill -SEGV $$"), "died of SIGSEGV")

    def test_fails(self):
        self.assertEqual(self.run_beside("echo first >&2; echo last >&2; exit 3"),
                         "ended with status 3: last")

    def test_says_nothing(self):
        self.assertEqual(self.run_beside("exit 0"), "gave no result")

    def test_says_something_else(self):
        self.assertEqual(self.run_beside("echo '{\"a\": 1}'"), "gave no result")

    def test_runs_under_another_scheduler(self):
        message = self.run_beside("""REAL | sed 's/"scheduler": "/&another /'""")
        self.assertRegex(message, "ran under another .*, not under ")

    def test_hangs_and_is_killed_with_its_clients(self):
        pid = self.path("pid")
        message = self.run_beside("sleep 600 & echo $! > %s; wait" % pid, "--limit", "2")
        self.assertEqual(message, "gave no result within 2 s and was killed")
        with open(pid) as file:
            self.assertFalse(alive(int(file.read())))

    def test_a_failing_workload_is_reported_by_its_cause(self):
        for workload, params, text in (
                ("network:tcp_send", {"bytes": 1}, "the client (/bin/false) did not start"),
                ("network:udp_echo", {}, "the client (/bin/false) did not start"),
                ("pingpong:executor", {"threads": 0}, "ValueError: max_workers")):
            request = {"workload": workload, "seconds": 0.05, "cpu_threads": 0,
                       "params": params, "client": ["/bin/false"]}
            with self.assertRaises(children.ChildFailed) as caught:
                children.run([sys.executable], json.dumps(request), 30)
            self.assertIn("ended with status 1: ", str(caught.exception))
            self.assertIn(text, str(caught.exception))


class CHelpers(Folder):
    """Cases that need a compiler say so, and cost the others nothing."""
    CASES = "gilcost,ensure,sweep1us,sweep1ms,lock"

    def failures(self, compiler):
        done = tool("giltest.py", "--only", self.CASES, "--seconds", "0.05", "--rounds",
                    "2", "--json", self.path("out.json"), env=dict(os.environ, CC=compiler))
        data = self.load("out.json")
        self.assertEqual(done.returncode, 1, done.stderr)
        # More cases than it takes to give up on an interpreter that fails.
        self.assertEqual([result["case"] for result in data["results"]], ["lock"] * 2)
        self.assertEqual(len(data["failures"]), 4)
        message, = {failure["message"] for failure in data["failures"]
                    if failure["case"] != "ensure"}
        self.assertIn("gilcost on [1], round 1: " + message, done.stdout)
        return message

    def test_no_compiler(self):
        self.assertEqual(self.failures(self.path("none")),
                         "this case needs a C compiler, and there is no %s: install one "
                         "(Debian: gcc), or set CC" % self.path("none"))

    @unittest.skipUnless(shutil.which("cc"), "needs the headers, as a compiler does")
    def test_compiler_fails(self):
        compiler = self.path("compiler")
        with open(compiler, "w") as file:
            file.write("#!/bin/sh\necho fatal error: nothing works; exit 1\n")
        os.chmod(compiler, 0o755)
        self.assertEqual(self.failures(compiler), "%s cannot compile releases.c: "
                         "fatal error: nothing works" % compiler)

    def test_no_headers(self):
        with mock.patch("sysconfig.get_path", lambda name: self.folder), \
             mock.patch("sysconfig.get_config_h_filename", lambda: self.path("pyconfig.h")):
            with self.assertRaisesRegex(Unsupported, "headers.*%s/Python.h.*python3-dev"
                                        % self.folder):
                native._includes()


class WarmUp(unittest.TestCase):
    """A starved server is measured; one that is not there is given up."""

    def test_starved(self):
        answers = iter([False] * 4 + [True] + [False] * 4 + [True] * 11)
        clients.warm_up(lambda number: next(answers))
        self.assertEqual(list(answers), [])

    def test_gone(self):
        self.assertRaisesRegex(SystemExit, "does not answer", clients.warm_up,
                               lambda number: number == 2)


class OwnInterpreters(unittest.TestCase):
    """The module for subinterpreters by its names and versions."""

    def test_none(self):
        with mock.patch.dict(sys.modules, _interpreters=None, _xxsubinterpreters=None):
            self.assertRaisesRegex(Unsupported, "this Python has none",
                                   subinterpreters.Interpreters)

    def test_old(self):
        for own_gil, text in (True, "3.12 and later has it"), (False, "3.13 and later"):
            with mock.patch.dict(sys.modules, _interpreters=None, _xxsubinterpreters=
                                 types.ModuleType("_xxsubinterpreters")), \
                 mock.patch("sys.version_info", (3, 11)):
                self.assertRaisesRegex(Unsupported, text,
                                       subinterpreters.Interpreters().create, own_gil)


def alive(pid):
    """Return whether the process runs; one that only init must reap does not."""
    try:
        with open("/proc/%d/stat" % pid) as file:
            return file.read().rsplit(")", 1)[1].split()[0] not in "ZX"
    except OSError:
        return False


class Interrupts(Folder):
    def interrupt(self, number):
        process = subprocess.Popen(
            [sys.executable, os.path.join(HERE, "giltest.py"), "--only", "lock",
             "--seconds", "0.05", "--rounds", "900", "--json", self.path("out.json")],
            stdout=subprocess.PIPE, encoding="utf-8",
            # A shell's background job, as these tests may be, ignores SIGINT.
            preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL))
        process.stdout.readline()       # the header: it measures from here on
        time.sleep(1)
        process.send_signal(number)
        out, _ = process.communicate(timeout=LIMIT_S)
        self.assertIn("interrupted: the results so far", out)
        data = self.load("out.json")
        self.assertTrue(data["interrupted"])
        self.assertTrue(0 < len(data["results"]) < 900)
        return process.returncode

    def test_ctrl_c(self):
        self.assertEqual(self.interrupt(signal.SIGINT), 130)

    def test_terminated(self):
        self.assertEqual(self.interrupt(signal.SIGTERM), 143)


class Record(Folder):
    def test_whole_or_not_at_all(self):
        path = self.path("out.json")
        record.write(path, {"a": 1})
        self.assertRaises(TypeError, record.write, path, {"a": object()})
        self.assertEqual(self.load("out.json"), {"a": 1})
        self.assertEqual(os.listdir(self.folder), ["out.json"])


class EveryCase(Folder):
    """Each workload of giltest runs; a new one is in the table, hence in here."""

    def setUp(self):
        super().setUp()
        # Idle and beside one CPU thread; two differ by the number alone.
        self.cases = [case for case in giltest.GilTest().cases(None)
                      if not case.name.endswith("+2")]

    def test_documented(self):
        manual = os.path.join(HERE, os.pardir, os.pardir, "Doc", "benchmarks.md")
        with open(manual, encoding="utf-8") as file:
            text = file.read()
        for case in self.cases:
            self.assertIn("`%s`" % case.name.split("+")[0], text)

    def test_all(self):
        done = tool("giltest.py", "--only", ",".join(case.name for case in self.cases),
                    "--seconds", "0.1", "--rounds", "1", "--json", self.path("out.json"))
        missing = self.cases_without_means()
        self.assertEqual(done.returncode, 1 if missing else 0, done.stdout + done.stderr)
        first = done.stdout.splitlines()[:2]
        self.assertIn(sys.executable, first[0])
        self.assertRegex(first[1], r"GIL|gil \w+, parker \w+")
        data = self.load("out.json")
        self.assertEqual({failure["case"] for failure in data["failures"]}, missing)
        got = {(row["case"], row["metric"]) for row in data["summary"]
               if row["columns"][0]["median"] >= 0}
        self.assertLessEqual({(case.name, metric) for case in self.cases
                              for metric in report.shown_metrics(case)
                              if case.name not in missing}, got)
        self.check_data(data)

    def cases_without_means(self):
        """Return the cases that this interpreter or machine cannot run."""
        missing = set()
        if sys.version_info < (3, 12):
            missing.add("subown")
        if (3, 9) <= sys.version_info < (3, 13):
            missing.add("subshared")
        if not shutil.which("cc"):
            missing.update(case.name for case in self.cases
                           if case.workload.split(":")[0] in ("releases", "foreign"))
        return missing

    def check_data(self, data):
        self.assertEqual(data["interpreters"][0]["sys_version"], sys.version)
        for key in ("cpus", "cpu_model", "kernel", "load_1min", "date",
                    "timer_resolution_s", "command"):
            self.assertIn(key, data["machine"])
        for result in data["results"]:
            self.assertGreater(result["raw"]["seconds"], 0)
            self.assertGreater(result["raw"]["cpu_seconds"], 0)
            if result["case"] in ("lock", "udp", "tcp", "queue100"):
                self.assertGreater(result["values"]["cpu_us"], 0)
            if result["case"] == "cpu8":
                self.assertEqual(len(result["raw"]["chunks"]), 8)
            if result["case"] == "mix":
                self.assertEqual(len(result["raw"]["counts"]), 1)
            if result["case"] == "cpued":
                self.assertEqual(len(result["raw"]["alone_per_s"]), 2)


class Values(unittest.TestCase):
    """What a window becomes; the counts are made up."""

    def result(self, **what):
        work = harness.Work({"seconds": 1.0, "cpu_threads": 0, "params": {}, "client": []})
        window = harness.Window(work, types.SimpleNamespace(chunks=[], idents=set))
        window.close()
        window.__dict__.update({"seconds": 2.0, "solo": [10.0, 10.0]}, **what)
        return harness._result(work, window)["values"]

    def test_counts_join_the_chunks(self):
        values = self.result(chunks=[4, 4], counts=[1])
        self.assertEqual(values["total"], 4.5)
        self.assertAlmostEqual(values["least"], 1 / 3)
        self.assertAlmostEqual(values["jain"], 81 / (3 * 33))

    def test_own_share(self):
        self.assertEqual(self.result(ops=30, alone=[50.0, 10.0])["own"], 0.5)
        self.assertNotIn("own", self.result(ops=30))

    def test_nothing_done(self):
        values = self.result(chunks=[0, 0], counts=[0])
        self.assertEqual((values["total"], "jain" in values), (0, False))


def reading(held, takes, free=0):
    """Return what _thread.gil_stats() may say of two threads, 1 and 2."""
    threads = [dict.fromkeys(gilstats.PER_SECOND.values(), takes) | {"ident": ident, "held_ns": h}
               for ident, h in held.items()]
    total = {name: sum(t[name] for t in threads) for name in threads[0]}
    return {"threads": threads, "total": total | {"wanted_free_ns": free}}


class GilStats(unittest.TestCase):
    def test_differences_per_second(self):
        values = gilstats.values(reading({1: 10**9, 2: 0}, 5),
                                 reading({1: 2 * 10**9, 2: 5 * 10**8}, 25, 10**9), 2.0, {2})
        self.assertEqual((values["gil_takes"], values["gil_held"]), (20, 0.75))
        self.assertEqual((values["gil_held_cpu"], values["gil_free"]), (0.25, 0.5))

    def test_an_interpreter_that_does_not_count(self):
        self.assertEqual(gilstats.values(None, None, 1.0, set()), {})


AB_FEW = """Percentage served,Time in ms
0,10.000
50,20.500
98,41.250
99,0.000
Time taken for tests:   1.000 seconds
Complete requests:      46
Failed requests:        2
"""


class Ab(unittest.TestCase):
    def test_parse_few_requests(self):
        found = ab.parse(AB_FEW)
        self.assertEqual(found["ops"], 46)
        self.assertEqual(found["values"], {"rate": 44, "failed": 2,
                                           "p50": 20500, "p99": 41250})

    def test_parse_many_requests(self):
        many = AB_FEW.replace("46", "4600").replace("99,0.000", "99,50.000")
        self.assertEqual(ab.parse(many)["values"]["p99"], 50000)

    def test_no_result(self):
        self.assertRaisesRegex(ValueError, "refused", ab.parse, "Connection refused (111)")

    def test_whole_seconds(self):
        self.assertEqual([ab.whole_seconds(s) for s in (0.05, 1, 1.5)], [1, 1, 2])


class Server(Folder):
    @unittest.skipUnless(shutil.which("ab"), "needs ab (apache2-utils)")
    def test_served(self):
        done = tool("testserver.py", "--only", "p3*", "--concurrency", "3", "--cpu", "1",
                    "--seconds", "1", "--rounds", "1", "--json", self.path("out.json"))
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        result, = self.load("out.json")["results"]
        self.assertEqual(result["case"], "p3+1")
        self.assertEqual(result["values"]["failed"], 0)
        for name in ("rate", "p50", "p99", "share", "cpu_us"):
            self.assertGreater(result["values"][name], 0)

    def test_options_are_given_again(self):
        server = testserver.WebServer()
        parser = options.parser("t", "", 1, 1)
        server.add_options(parser)
        opts = parser.parse_args(["--concurrency", "3", "9", "--cpu", "2", "--port", "8"])
        again = parser.parse_args(server.own_options(opts))
        self.assertEqual(vars(again), vars(opts))

    def test_no_ab(self):
        done = tool("testserver.py", env=dict(os.environ, PATH=self.folder))
        self.assertEqual(done.returncode, 2)
        self.assertIn("apt-get install apache2-utils", done.stderr)

    @unittest.skipUnless(shutil.which("ab"), "needs ab (apache2-utils)")
    def test_port_in_use(self):
        with socket.create_server(("127.0.0.1", 0)) as taken:
            port = str(taken.getsockname()[1])
            done = tool("testserver.py", "--port", port)
        self.assertEqual(done.returncode, 2)
        self.assertIn("--port %s: Address already in use" % port, done.stderr)

    def test_bad_numbers(self):
        for args in (["--port", "99999"], ["--concurrency", "0"], ["--cpu", "-1"],
                     ["--threads", "x"]):
            self.assertEqual(tool("testserver.py", *args).returncode, 2, args)


if __name__ == "__main__":
    unittest.main()
