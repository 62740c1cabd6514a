# Copyright PythonPlus contributors.
"""Tests of apps.py, apptests.py and daskbench.py, without their packages.

Nothing is fetched: a folder stands for the extracted packages, and what is in it
we made up.

usage: python3 Tools/plus/test_apps.py
"""
import importlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from plusbench import apptable, interpreters, packages, runner, suites
from plusbench.workloads import harness, webclient
from plusbench.workloads.apps import page, serving, tasks
import apps
import apptests
import daskbench

LIMIT_S = 120
FACTS = {"implementation": "CPython", "short_name": "CPython 3.13.5", "debug": False,
         "cflags": "-O3", "config_args": "", "sys_version": "3.13.5 (x)",
         "scheduler": "somebody's GIL"}

# A server under the name of one of the applications. It does what the interpreter's
# wrapper asks for.
WAITRESS = """
import os, socketserver, wsgiref.simple_server as simple

class Quiet(simple.WSGIRequestHandler):
    def log_message(self, *args):
        pass

class Server(socketserver.ThreadingMixIn, simple.WSGIServer):
    daemon_threads = True
    request_queue_size = 128

def serve(app, host, port, threads, _quiet):
    def wrong(environ, start_response):
        return [app(environ, start_response)[0].replace(b"Request", b"request")]
    if os.environ.get("FAKE") == "dies":
        os.abort()
    if os.environ.get("FAKE") == "wrong":
        app_served = wrong
    else:
        app_served = app
    with simple.make_server(host, port, app_served, Server, Quiet) as server:
        server.serve_forever()
"""


def tool(name, *args, **env):
    return subprocess.run([sys.executable, os.path.join(HERE, name), *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          env=dict(os.environ, **env), encoding="utf-8", timeout=LIMIT_S)


class Folder(unittest.TestCase):
    """A test with a folder that passes for the one with the packages."""

    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="plus-test-apps-")
        self.addCleanup(shutil.rmtree, self.folder)
        self.modules = packages.path(self.folder)[0]
        os.makedirs(self.modules)
        self.write("names", subprocess.run(
            ["sh", "-c", "sed 's/#.*//' \"$0\" | tr -s ' \\t\\n' ' '", packages.LIST],
            stdout=subprocess.PIPE, encoding="utf-8").stdout)
        self.write(packages.COMPILED, sys.version)

    def write(self, name, text, mode=0o644):
        path = os.path.join(self.folder, name)
        with open(path, "w") as file:
            file.write(text)
        os.chmod(path, mode)
        return path

    def interpreter(self, fake):
        """Return a command that is this Python with FAKE set."""
        return self.write(fake, '#!/bin/sh\nFAKE=%s exec "%s" "$@"\n' % (fake, sys.executable),
                          0o755)


def sample_run(first, second):
    """Return a Run of one case whose (right, asked), or failure, are given."""
    run = runner.Run([interpreters.Interpreter(["/" + label], label, FACTS)
                      for label in ("one", "two")],
                     [runner.Case("app+1", "apps.x:y", "", apps.METRICS, 1)], 1, 1.0)
    for index, what in enumerate((first, second)):
        where = {"case": "app+1", "interpreter": index, "round": 0}
        if isinstance(what, tuple):
            right, asked = what
            run.results.append(dict(where, events=asked, values={
                "rate": 100.0 * (index + 1), "p50": 10.0, "p99": 20.0, "right": right,
                "asked": asked}, raw={"wrong": [], "client": {"wrong": ["status 500"]}}))
        elif what:
            run.failures.append(dict(where, message=what, unsupported=what == "unavailable"))
    return run


class Verdict(unittest.TestCase):
    def test_states(self):
        for what, state in (((9, 9), "works"), ((8, 9), "fails"), ((0, 0), "fails"),
                            ("died", "fails"), ("unavailable", "unavailable"),
                            (None, "not run")):
            run = sample_run(what, (9, 9))
            self.assertEqual(apptable.state(run, run.cases[0], 0), state, what)

    def test_status(self):
        for first, second, failed in (
                ((9, 9), (9, 9), False), ((9, 9), (8, 9), True), ((9, 9), "died", True),
                ((9, 9), "unavailable", True), ("died", "died", False),
                ("died", (9, 9), False), ("unavailable", "unavailable", False),
                ((8, 9), (8, 9), False), ((9, 9), None, False)):
            self.assertIs(apps.Apps().failed(sample_run(first, second)), failed,
                          (first, second))

    def test_table(self):
        lines = apptable.table(sample_run((9, 9), (8, 9)))
        self.assertEqual(lines[0].split(), "case right rate, 1/s p50, us < p99, us < "
                                           "CPU share, of solo".split())
        self.assertEqual(lines[3].split(), "app+1 9 of 9 8 of 9 100 200 x2.00 10.0 10.0 x1.00 "
                                           "20.0 20.0 x1.00 - - -".split())
        self.assertIn("[1] one: 1 of 1 cases work", lines)
        self.assertIn("[2] two: 1 of 1 cases fail", lines)
        self.assertEqual(lines[-1], "- app+1 on [2]: 1 of 9 are wrong: status 500")

    def test_table_of_what_cannot_be_run(self):
        lines = apptable.table(sample_run("unavailable", "died"))
        self.assertEqual(lines[3].split()[:3], ["app+1", "unavailable", "fails"])
        self.assertIn("[1] one: 1 of 1 cases cannot be run here", lines)


class Cases(unittest.TestCase):
    def test_every_application_is_there(self):
        for tool_class, opts in ((apps.Apps(), ["--list"]), (daskbench.DaskBench(), ["--list"])):
            done = tool(tool_class.name, *opts)
            self.assertEqual(done.returncode, 0, done.stderr)
        for name, workload, _ in apps.APPS + tuple(row[:3] for row in daskbench.CASES):
            with self.subTest(app=name):
                module, function = workload.removeprefix("apps.").split(":")
                module = importlib.import_module("plusbench.workloads.apps." + module)
                self.assertTrue(callable(getattr(module, function)))

    def test_only_takes_an_application_with_all_its_cases(self):
        lines = tool("apps.py", "--list").stdout.splitlines()
        names = [line.split()[0] for line in lines]
        self.assertEqual(len(names), len(set(names)))
        for name, _, _ in apps.APPS:
            self.assertIn(name + "+1", names)
        self.assertLessEqual(apps.QUICK, set(names))

    def test_bad_input_is_refused_in_one_line(self):
        for name, args, text in (
                ("apps.py", ["--only", "nope"], "no such case; there are: gunicorn "),
                ("apps.py", ["--cpu", "-1"], "-1 is not a whole number"),
                ("apps.py", ["--requests", "0"], "0 is not a whole number"),
                ("apps.py", ["--bogus"], "unrecognized arguments: --bogus"),
                ("apptests.py", ["--only", "nope"], "no such suite; there are: tornado "),
                ("apptests.py", ["--limit", "x"], "x is not a number"),
                ("apptests.py", ["--json", "/no/such/file"], "there is no folder"),
                ("daskbench.py", ["--only", "nope"], "no such case"),
                ("daskbench.py", ["--hold", "-1"], "-1 is not a whole number")):
            with self.subTest(tool=name, args=args):
                done = tool(name, *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(text, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)


class Fetching(Folder):
    def test_failed_download_is_status_2(self):
        for name in "apt-get", "apt-config":
            self.write(name, "#!/bin/sh\nexit 100\n", 0o755)
        done = tool("apps.py", "--packages", os.path.join(self.folder, "none"), "--quick",
                    PATH=self.folder + ":" + os.environ["PATH"],
                    XDG_CACHE_HOME=os.path.join(self.folder, "cache"))
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertIn("apt knows no Debian archive", done.stderr)
        self.assertIn("there are no applications to run", done.stderr)
        self.assertFalse(os.path.exists(os.path.join(self.folder, "none")))


@unittest.skipUnless(shutil.which("ab"), "ab is missing")
class Running(Folder):
    """A server that we made up, through the whole tool."""

    def setUp(self):
        super().setUp()
        with open(os.path.join(self.modules, "waitress.py"), "w") as file:
            file.write(WAITRESS)

    def run_on(self, other, *args):
        path = os.path.join(self.folder, "out.json")
        done = tool("apps.py", "--packages", self.folder, "--python", "good=" + sys.executable,
                    "other=" + self.interpreter(other), "--rounds", "1", "--seconds", "1",
                    "--requests", "20", "--json", path, *args)
        with open(path) as file:
            return done, json.load(file)

    def test_works_on_both(self):
        done, data = self.run_on("right", "--only", "waitress", "--cpu", "1")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        self.assertEqual([result["case"] for result in data["results"]], ["waitress+1"] * 2)
        for result in data["results"]:
            values = result["values"]
            self.assertEqual(values["right"], values["asked"])
            self.assertGreater(values["asked"], 20)
            self.assertGreater(values["share"], 0)

    def test_wrong_on_one_only(self):
        done, data = self.run_on("wrong", "--only", "waitress", "--cpu", "0")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertRegex(done.stdout, r"waitress on \[2\]: 20 of \d+ are wrong: "
                                      "another page than the one asked for")

    def test_dies_on_one_only(self):
        done, data = self.run_on("dies", "--only", "waitress", "--cpu", "0")
        self.assertEqual(done.returncode, 1, done.stdout + done.stderr)
        self.assertIn("waitress on [2], round 1: ended with status 1: RuntimeError: "
                      "the server ended", done.stdout)

    def test_what_is_not_there_is_listed(self):
        done, data = self.run_on("right", "--only", "joblib,cheroot", "--cpu", "0")
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        for name in "joblib", "cheroot":
            self.assertIn("%s on [2], round 1: " % name, done.stdout)
            self.assertIn("No module named '%s'" % name, done.stdout)
        self.assertTrue(all(failure["unsupported"] for failure in data["failures"]))


class Client(unittest.TestCase):
    AB = ("Complete requests:      50\nTime taken for tests:   2.000 seconds\n"
          "Failed requests:        %d\nPercentage served,Time in ms\n"
          "50,1.500\n99,9.000\n")

    def test_right_answers_of_both_parts(self):
        report = webclient.parse("right 20 of 20 \n" + self.AB % 0)
        self.assertEqual((report["values"]["right"], report["values"]["asked"]), (70, 70))
        self.assertEqual((report["values"]["rate"], report["values"]["p50"]), (25, 1500))
        self.assertEqual(report["wrong"], [])

    def test_wrong_answers_of_both_parts(self):
        report = webclient.parse("right 18 of 20 status 500\n" + self.AB % 3)
        self.assertEqual((report["values"]["right"], report["values"]["asked"]), (65, 70))
        self.assertEqual(report["wrong"], ["status 500"])

    def test_no_check_is_no_result(self):
        with self.assertRaisesRegex(ValueError, "checked nothing"):
            webclient.parse(self.AB % 0)

    def test_pages_differ_in_content_only(self):
        self.assertNotEqual(page.body(1), page.body(2))
        self.assertEqual(len(page.body(1)), len(page.body(99999)))
        self.assertEqual(page.number_of(page.path(17).partition("?")[2]), 17)


class TasksTest(unittest.TestCase):
    def measure(self, do, threads=2):
        work = harness.Work({"seconds": 0.1, "cpu_threads": 0, "params": {}, "client": []})
        return harness.measure(work, lambda work: tasks.tasks(work, do, threads))

    def test_right(self):
        values = self.measure(lambda number: True)["values"]
        self.assertEqual(values["right"], values["asked"])
        self.assertGreater(values["right"], 0)

    def test_wrong_and_raised(self):
        def do(number):
            if number == 4:
                raise ValueError("four")
            return number != 3
        result = self.measure(do)
        self.assertEqual(result["values"]["asked"] - result["values"]["right"], 2)
        self.assertEqual(sorted(result["raw"]["wrong"]),
                         ["ValueError: four", "another result than the right one"])

    def test_too_many(self):
        with self.assertRaisesRegex(RuntimeError, "too many tasks failed"):
            self.measure(lambda number: number == 0)
        with self.assertRaisesRegex(RuntimeError, "first task is wrong"):
            self.measure(lambda number: False)


class ServerProcess(unittest.TestCase):
    def work(self, cpu_threads):
        return harness.Work({"seconds": 0.1, "cpu_threads": cpu_threads, "params": {},
                             "client": []})

    def run_child(self, text):
        """Run text in a process of its own: a server is forked from it."""
        return subprocess.run(
            [sys.executable, "-c", "import sys; sys.path.insert(0, %r)\n" % HERE
             + "from plusbench.workloads import harness\n"
               "from plusbench.workloads.apps import serving\n"
               "import socket, time, signal\n"
               "work = harness.Work({'seconds': 0.1, 'cpu_threads': 1, 'params': {},"
               " 'client': []})\n" + text],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8", timeout=LIMIT_S)

    LISTEN = ("def serve(port):\n"
              "    with socket.create_server(('127.0.0.1', port)):\n"
              "        %s\n"
              "with work.ending:\n"
              "    server = serving.Server(work, serve)\n"
              "    %s\n"
              "print('ended')\n")

    def test_cpu_threads_count_there_when_they_are_wanted(self):
        done = self.run_child(self.LISTEN % ("time.sleep(60)", (
            "cpu = work.make_cpu(1)\n"
            "    while not sum(cpu.chunks): time.sleep(0.01)\n"
            "    cpu.stop()\n"
            "    time.sleep(0.5)\n"
            "    before = cpu.chunks\n"
            "    time.sleep(0.2)\n"
            "    print(cpu.chunks == before)")))
        self.assertEqual(done.stdout, "True\nended\n", done.stderr)

    def test_a_death_is_told(self):
        done = self.run_child(self.LISTEN % (
            "signal.raise_signal(signal.SIGKILL)", "time.sleep(0.5)"))
        self.assertIn("the server", done.stderr)
        self.assertNotIn("ended\n", done.stdout)

    def test_an_exception_is_told(self):
        done = self.run_child("def serve(port): raise ValueError('no')\n"
                              "serving.Server(work, serve)\n")
        self.assertIn("RuntimeError: the server ended: ValueError: no", done.stderr)


REPORT = """<testsuites><testsuite>
<testcase classname="trio._tests.test_x" name="test_a" file="trio/_tests/test_x.py" />
<testcase classname="trio._tests.test_x.Class" name="test_b[1]" file="trio/_tests/test_x.py">
<failure message="no">text</failure></testcase>
<testcase classname="trio._tests.test_x" name="test_c" file="trio/_tests/test_x.py">
<skipped /></testcase>
<testcase classname="" name="trio._tests.test_y"><error>no module</error></testcase>
</testsuite></testsuites>"""


class Suites(Folder):
    def test_outcomes(self):
        self.assertEqual(suites.outcomes(self.write("report.xml", REPORT)), {
            "trio/_tests/test_x.py::test_a": "passed",
            "trio/_tests/test_x.py::Class::test_b[1]": "failed",
            "trio/_tests/test_x.py::test_c": "skipped",
            "trio/_tests/test_y.py": "failed"})

    def comparison(self, *answers):
        """Compare two interpreters; answers: {test: outcome} of run after run."""
        answers = iter(answers)

        def run(command, modules, names, words, limit):
            result = suites.Result()
            result.outcomes = next(answers)
            return result
        found = [interpreters.Interpreter(["/one"], "one", FACTS)] * 2
        opts = apptests.arguments([])
        with mock.patch.object(suites, "run", run):
            return apptests.Comparison(("suite", ["x"], []), found, opts)

    def test_alike(self):
        found = self.comparison({"a": "passed", "b": "failed"}, {"a": "passed", "b": "failed"})
        self.assertEqual((found.differing(), found.broken()), ([], []))

    def test_broken_on_the_second_only(self):
        bad = {"a": "failed"}
        found = self.comparison({"a": "passed"}, bad, {"a": "passed"}, bad, bad, bad)
        self.assertEqual(found.broken(), ["a"])
        self.assertEqual(apptests.details(found),
                         ["a: passed, failed; alone: passed, failed"])

    def test_passes_alone(self):
        found = self.comparison({"a": "passed"}, {}, {"a": "passed"}, {}, {"a": "passed"})
        self.assertEqual((found.differing(), found.broken()), (["a"], []))

    def test_pytest_that_is_missing(self):
        result = suites.run([sys.executable, "-S"], self.modules, ["x.py"], [], 30)
        self.assertEqual(result.outcomes, {})
        self.assertIn("No module named pytest", result.problem)

    def test_killed(self):
        slow = self.write("slow", "#!/bin/sh\nexec sleep 60\n", 0o755)
        result = suites.run([slow], self.modules, ["x.py"], [], 0.5)
        self.assertEqual(result.problem, "killed after 0.5 s")


if __name__ == "__main__":
    unittest.main()
