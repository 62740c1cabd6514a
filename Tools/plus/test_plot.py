# Copyright PythonPlus contributors.
"""Tests of --plot and of compare.py.

usage: python3 Tools/plus/test_plot.py
"""
import contextlib
import copy
import functools
import io
import json
import operator
import os
import struct
import subprocess
import sys
import unittest
import xml.etree.ElementTree
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from plusbench import combine, doubts, files, machine, plot, record, runner
from test_tools import FACTS, QUIET, Folder, sample_run, tool
import compare
import giltest

try:
    plot.find_python()
    CAN_PLOT = True
except plot.CannotPlot:
    CAN_PLOT = False
needs_matplotlib = unittest.skipUnless(CAN_PLOT, "needs matplotlib (python3-matplotlib)")
without_matplotlib = mock.patch.object(plot, "PYTHONS", ("false",))


def content(run):
    """Return what --json would keep of a run."""
    return record.content("test", run, dict(machine.metadata([]), **QUIET),
                          doubts.Doubts(run, QUIET, 0.0), 0.0, False)


def sweep_run():
    """Return a Run of the plain case and of three steps of the sweep."""
    run = sample_run([100, 120, 90], [5000, 4000, 0])
    for step, name in enumerate(("sweep1us", "sweep100us", "sweep10ms")):
        run.cases.append(runner.Case(name, "releases:sweep", "", ("rate", "share"), 1))
        for index in range(2):
            run.results += [
                {"case": name, "interpreter": index, "events": 1000, "round": number,
                 "values": {"own": 0.01 + 0.3 * step * index + 0.001 * number,
                            "share": 0.9 - 0.1 * index, "rate": 100.0}}
                for number in range(3)]
    return run


class InProcess(Folder):
    """A tool that runs in this process, so that a test can take matplotlib away."""

    def compare(self, *args):
        """Return (status, output, errors) of compare.py."""
        out = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", write_through=True)
        err = io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
            try:
                status = compare.run(list(args))
            except SystemExit as stop:
                status = stop.code
        return status, out.buffer.getvalue().decode(), err.getvalue()

    def save(self, name, run):
        record.write(self.path(name), content(run))
        return self.path(name)


class Names(InProcess):
    def test_bad_names_are_refused_before_anything_is_measured(self):
        for name, text in (("out", "the name must end in .svg or .png"),
                           ("out.pdf", "the name must end in .svg or .png"),
                           ("none/out.svg", "there is no folder")):
            for args in (["giltest.py"], ["testserver.py"], ["speed.py"],
                         ["compare.py", "--check"]):
                done = tool(*args, "--plot", self.path(name))
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertIn(text, done.stderr)
                self.assertEqual(done.stderr.count("\n"), 1, done.stderr)
        self.assertEqual(os.listdir(self.folder), [])

    def test_a_device_or_a_folder_is_no_file(self):
        os.mkdir(self.path("a.svg"))
        os.mkfifo(self.path("b.svg"))
        for name, text in (("a.svg", "this is a folder"), ("b.svg", "this is no regular file")):
            with self.assertRaisesRegex(files.CannotWrite, text):
                plot.check(self.path(name))

    @without_matplotlib
    def test_without_matplotlib(self):
        status, out, err = self.compare("--check", "--plot", self.path("out.svg"))
        self.assertEqual((status, out), (2, ""))
        self.assertRegex(err, r"tried: .*false.*apt-get install python3-matplotlib\n$")

    @without_matplotlib
    def test_without_matplotlib_nothing_is_measured(self):
        out, err = io.TextIOWrapper(io.BytesIO()), io.StringIO()
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), \
                mock.patch.object(runner.Run, "go") as go:
            status = giltest.main.main(giltest.GilTest(), ["--plot", self.path("a.svg")])
        self.assertEqual(status, 2)
        self.assertIn("apt-get install python3-matplotlib", err.getvalue())
        go.assert_not_called()


class Whole(Folder):
    def test_what_was_there_stays_if_writing_fails(self):
        path = self.path("out")
        with open(path, "w") as file:
            file.write("old")
        with self.assertRaises(ZeroDivisionError):
            with files.whole("--plot", path) as temporary:
                with open(temporary, "w") as file:
                    file.write("half")
                1 / 0
        with open(path) as file:
            self.assertEqual(file.read(), "old")
        self.assertEqual(os.listdir(self.folder), ["out"])

    def test_a_link_stays_a_link(self):
        os.symlink("target", self.path("link"))
        with files.whole("--json", self.path("link")) as temporary:
            with open(temporary, "w") as file:
                file.write("new")
        self.assertTrue(os.path.islink(self.path("link")))
        with open(self.path("target")) as file:
            self.assertEqual(file.read(), "new")


HUGE = 10**400
NESTED = functools.reduce(lambda inside, _: [inside], range(500), [])
STRANGE = (HUGE, -HUGE, float("nan"), float("inf"), -1, 0, 1e300, True, None, "text", [], {},
           [HUGE], {"a": HUGE}, NESTED)


def changed(data, strange):
    """Yield (where, data changed in one place), for every place in it."""
    def places(value, path):
        for key in value if isinstance(value, dict) else range(len(value)):
            yield [*path, key]
            if isinstance(value[key], (dict, list)):
                yield from places(value[key], [*path, key])

    for path in places(data, []):
        for new in strange:
            result = copy.deepcopy(data)
            *way, last = path
            inside = functools.reduce(operator.getitem, way, result)
            if new is Ellipsis:
                del inside[last]
            else:
                inside[last] = new
            yield path, result


class SavedRuns(InProcess):
    def test_table_is_that_of_the_run(self):
        path = self.save("a.json", sample_run([98, 99, 100, 101, 102], [50000] * 5))
        status, out, err = self.compare(path)
        self.assertEqual((status, err), (0, ""))
        self.assertRegex(out, r"lock +rate +1/s +100 \+- 1% +50,000 \+- 0% +x500\n")
        self.assertIn("[2] two: /two\n", out)

    def test_damaged(self):
        whole = content(sample_run([1.0] * 3, [2.0] * 3))
        for change, text in (
                (lambda data: data.update(format=1), "format 1, this tool reads 2"),
                (lambda data: data.pop("results"), "damaged (KeyError: 'results')"),
                (lambda data: data.update(cases=7), "damaged (TypeError"),
                (lambda data: data["results"][0].update(interpreter=2), "without an interpreter"),
                (lambda data: data["results"][0].update(interpreter=-1), "without an interp"),
                (lambda data: data["results"][0].update(case="x"), "damaged (KeyError: 'x')"),
                (lambda data: data["results"][0]["values"].update(rate="1"), "damaged (TypeError"),
                (lambda data: data["results"][0]["values"].update(rate=float("nan")),
                 "rate is nan"),
                (lambda data: data["cases"][0].update(metrics=["new"]), "KeyError: 'new'"),
                (lambda data: data["interpreters"][0].pop("sys_version"), "'sys_version'"),
                (lambda data: data.update(results=[]), "there is no result in it")):
            data = copy.deepcopy(whole)
            change(data)
            with open(self.path("bad.json"), "w") as file:
                json.dump(data, file)
            self.refused(text, self.path("bad.json"))

    def test_numbers_that_no_measurement_gives(self):
        whole = content(sample_run([1.0] * 3, [2.0] * 3))
        for value, text in ((HUGE, "rate is 1000"), (-HUGE, "rate is -1000"),
                            (float("inf"), "rate is inf"), (-1, "rate is -1"),
                            (1e300, "rate is 1e+300"), (True, "rate is True"),
                            ([], "rate is []")):
            with self.subTest(value=text):
                whole["results"][0]["values"]["rate"] = value
                with open(self.path("bad.json"), "w") as file:
                    json.dump(whole, file)
                self.refused(text, self.path("bad.json"))

    def test_whatever_is_damaged_is_refused_or_makes_no_difference(self):
        run = sample_run([1.0, 2.0], [2.0, 3.0])
        for result in run.results:
            result |= {"at": 1.0, "raw": {"seconds_per_run": [0.5, 0.25]}}
        run.failures.append({"case": "lock", "interpreter": 0, "round": 0, "message": "died"})
        whole = content(run)
        whole["machine"] = {name: whole["machine"][name] for name in (*QUIET, "cpu_model")}
        beside = self.save("beside.json", sweep_run())
        for path, data in changed(whole, (*STRANGE, ...)):
            with self.subTest(path=path):
                with open(self.path("bad.json"), "w") as file:
                    json.dump(data, file)
                if not self.read(self.path("bad.json")):
                    self.read(self.path("bad.json"), beside)

    def test_no_saved_run(self):
        with open(self.path("half.json"), "w") as file:
            file.write(json.dumps(content(sample_run([1.0], [2.0])))[:-20])
        with open(self.path("binary.json"), "wb") as file:
            file.write(b"\xff\xfe\x00")
        for name, text in (("half.json", "no whole file of --json"),
                           ("binary.json", "cannot be read (not text)"),
                           ("none.json", "No such file"), (".", "Is a directory")):
            self.refused(text, self.path(name))
        self.refused("which runs?")

    def test_check_needs_a_name(self):
        status, out, err = self.compare("--check")
        self.assertEqual((status, out), (2, ""))
        self.assertIn("--check needs --plot FILE", err)

    def test_nothing_in_common(self):
        self.refused("nothing to compare", self.save("a.json", sample_run([1.0, 2.0, 3.0], [])))

    def test_several_files_are_put_together(self):
        one = sample_run([10.0] * 3, [])
        other = sample_run([], [20.0] * 3)
        other.rounds = 3
        other.interpreters.reverse()
        for result in other.results:
            result["interpreter"] = 0
        one.interpreters.pop()
        other.interpreters.pop()
        one, other = self.save("one.json", one), self.save("other.json", other)
        status, out, _ = self.compare(one, other)
        self.assertEqual(status, 0)
        self.assertRegex(out, r"lock +rate +1/s +10.0 \+- 0% +20.0 \+- 0% +x2.00\n")
        self.refused("hold lock on one", one, one)

    def test_other_machines_and_builds_are_doubts(self):
        run = sample_run([1.0] * 3, [2.0] * 3)
        other = sample_run([], [], facts=dict(FACTS, sys_version="3.13.6"))
        found = compare.doubts_about(
            run, [run, other], [dict(QUIET, cpu_model="A"), dict(QUIET, cpu_model="B")])
        self.assertEqual(found.texts, [
            "several builds are called two",
            "not measured on the same machine: A, 2 CPUs; B, 2 CPUs"])

    def read(self, *paths):
        """Compare; check that it ends with the table or with a message; return the status."""
        status, out, err = self.compare("--verbose", *paths)
        self.assertIn(status, (0, 2))
        self.assertEqual((err.count("\n"), bool(out)), (1, False) if status else (0, True), err)
        return status

    def refused(self, text, *args):
        plotted = ["--plot", self.path("out.svg")] if args and CAN_PLOT else []
        status, out, err = self.compare(*args, *plotted)
        self.assertEqual((status, out), (2, ""), err)
        self.assertIn(text, err)
        self.assertEqual(err.count("\n"), 1, err)
        self.assertFalse(os.path.exists(self.path("out.svg")))


@needs_matplotlib
class Pictures(InProcess):
    def texts(self, path):
        """Return what an SVG file writes; matplotlib keeps it in comments."""
        builder = xml.etree.ElementTree.TreeBuilder(insert_comments=True)
        root = xml.etree.ElementTree.parse(path, xml.etree.ElementTree.XMLParser(target=builder))
        return "\n".join(node.text for node in root.iter(xml.etree.ElementTree.Comment))

    def test_svg_names_what_it_shows(self):
        path = self.save("a.json", sweep_run())
        status, _, err = self.compare("--plot", self.path("out.svg"), path)
        self.assertEqual((status, err), (0, ""))
        texts = self.texts(self.path("out.svg"))
        for text in ("lock", "one", "two", "3 rounds", "3.13.5", "Rate, 1/s", "×40.0",
                     "100 µs", "10 ms", "duration of each release of the GIL",
                     "%s, 2 CPUs" % machine.cpu_model()):
            self.assertIn(text, texts)
        self.assertEqual(sorted(os.listdir(self.folder)), ["a.json", "out.svg"])

    def test_the_same_run_gives_the_same_file(self):
        for name in "a.svg", "b.svg":
            plot.draw(self.path(name), content(sweep_run()))
        with open(self.path("a.svg")) as a, open(self.path("b.svg")) as b:
            self.assertEqual(a.read(), b.read())

    def test_png_is_as_high_as_its_cases(self):
        few, many = sample_run([1.0], [2.0]), sample_run([1.0], [2.0])
        for number in range(9):
            many.cases.append(runner.Case("lock%d" % number, "", "", ("rate",)))
            many.results += [dict(result, case="lock%d" % number) for result in few.results]
        sizes = []
        for run in few, many:
            plot.draw(self.path("out.png"), content(run))
            with open(self.path("out.png"), "rb") as file:
                head = file.read(24)
            self.assertEqual(head[:8], b"\x89PNG\r\n\x1a\n")
            sizes.append(struct.unpack(">2I", head[16:]))
        self.assertEqual(sizes[0][0], sizes[1][0])
        self.assertGreater(sizes[1][1], sizes[0][1])

    def test_a_failing_drawer_leaves_nothing(self):
        with mock.patch.object(plot, "DRAW", "/nonexistent/draw.py"):
            with self.assertRaisesRegex(plot.CannotPlot, "drawing failed: .*No such file"):
                plot.draw(self.path("out.svg"), content(sweep_run()))
        self.assertEqual(os.listdir(self.folder), [])

    def test_nothing_that_can_be_drawn(self):
        run = sample_run([1.0], [2.0])
        run.cases[0].metrics = ("jain",)
        run.results[0]["values"] = run.results[1]["values"] = {"jain": 1.0}
        with self.assertRaisesRegex(plot.CannotPlot, "no case has a rate"):
            plot.draw(self.path("out.svg"), content(run))

    def test_programs_are_drawn_relative(self):
        run = sample_run([10.0, 10.5, 10.0], [20.0, 21.0, 20.0])
        run.cases[0].metrics = ("time",)
        for result in run.results:
            time_ms = result["values"].pop("rate")
            result.update(at=0, values={"time": time_ms},
                          raw={"seconds_per_run": [time_ms / 1000] * 3})
        plot.draw(self.path("out.svg"), content(run))
        texts = self.texts(self.path("out.svg"))
        self.assertIn("×2.000", texts)
        self.assertIn("Geometric mean of x[1] on [2], 1 case: 2.0000", texts)

    def test_every_case_of_giltest_can_be_drawn(self):
        run = sample_run([], [])
        run.rounds = 1
        run.cases = giltest.GilTest().cases(None)
        run.results = [
            {"case": case.name, "interpreter": index, "events": 100, "round": 0,
             "values": {name: 1.0 + index for name in case.metrics}}
            for case in run.cases for index in range(2)]
        plot.draw(self.path("out.svg"), content(run))
        texts = self.texts(self.path("out.svg"))
        for case in run.cases:
            if not case.name.startswith("sweep"):
                self.assertIn(case.name, texts)

    def test_a_tool_draws_its_own_run(self):
        done = tool("giltest.py", "--only", "lock", "--seconds", "0.05", "--rounds", "1",
                    "--plot", self.path("out.svg"), "--json", self.path("a.json"),
                    "--json", self.path("b.json"))
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("lock", self.texts(self.path("out.svg")))
        self.assertEqual(self.load("a.json"), self.load("b.json"))


if __name__ == "__main__":
    unittest.main()
