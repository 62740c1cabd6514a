# Copyright PythonPlus contributors.
"""Tests of abi.py and its parts, on the interpreter that runs this.

usage: build/plus/python Tools/plus/test_abi.py
"""
import contextlib
import io
import os
import shutil
import sys
import tempfile
import unittest
import zipfile
from unittest import mock

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

import abi
import debian13
from plusabi import (debugging, embedding, extensions, installing, interpreters, layout, live,
                     modules, symbols)

NEEDS_TOOLS = unittest.skipUnless(shutil.which("gcc") and shutil.which("readelf"),
                                  "needs gcc and binutils")


class AbiTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.this = interpreters.Interpreter("plus", sys.executable)

    def setUp(self):
        folder = tempfile.TemporaryDirectory(prefix="plus-abi-")
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, text):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as f:
            f.write(text)
        return path


def run(main, *argv):
    """Return (status, what it said)."""
    out = io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(out):
        try:
            status = main(argv)
        except SystemExit as end:
            status = end.code
    return status, out.getvalue()


@NEEDS_TOOLS
class Main(AbiTest):
    def made_up(self, *outcomes):
        """Run abi.py with checks that have these outcomes."""
        def check(outcome):
            if isinstance(outcome, Exception):
                raise outcome
            return outcome
        named = [(f"check {number}", lambda outcome=outcome: check(outcome))
                 for number, outcome in enumerate(outcomes)]
        with mock.patch.object(interpreters, "pair", return_value=[self.this, self.this]), \
                mock.patch.object(abi, "checks", return_value=named):
            return run(abi.main, "--stock", "x", "--plus", "x", "--only", "live")

    def test_status(self):
        good, bad = "fine", interpreters.Failed("broken")
        not_tried = interpreters.NotTried("no tool")
        for outcomes, status, last in (([good, not_tried], 0, "1 good, 0 failed, 1 not tried"),
                                       ([good, bad], 1, "1 good, 1 failed, 0 not tried"),
                                       ([not_tried], 1, "0 good, 0 failed, 1 not tried")):
            with self.subTest(last=last):
                got, said = self.made_up(*outcomes)
                self.assertEqual((got, said.splitlines()[-1]), (status, last))

    def test_reasons_are_told(self):
        said = self.made_up(interpreters.Failed("broken"),
                            interpreters.NotTried("no tool"))[1]
        self.assertRegex(said, "FAILS +check 0: broken")
        self.assertRegex(said, "not tried +check 1: no tool")

    def test_bad_arguments(self):
        this = sys.executable
        mislabelled = "a PythonPlus" if self.this["plus"] else "no PythonPlus"
        for argv, message in (
                ([], "required: --stock"),
                (["--stock", this, "--plus", this, "--sources", "/nosuch"], "no such folder"),
                (["--stock", this, "--plus", "/nosuch/python"], "/nosuch/python: No such file"),
                (["--stock", "/bin/false", "--plus", this], "false ended with status 1"),
                (["--stock", this, "--plus", this], mislabelled)):
            with self.subTest(argv=argv):
                status, said = run(abi.main, *argv)
                self.assertEqual(status, 2)
                self.assertIn(message, said)

    def test_each_part_has_its_module(self):
        for part in abi.PARTS:
            found = list(abi.checks(part, (self.this, self.this), self.folder, None))
            self.assertTrue(found, part)


@NEEDS_TOOLS
class Symbols(AbiTest):
    def test_this_program(self):
        found = symbols.of_file(self.this, "python")
        self.assertEqual(found["Py_Initialize"][0], "FUNC")
        self.assertNotIn("main_is_nowhere", found)

    def test_what_is_missing(self):
        theirs, ours = {"a": ("FUNC", 1), "b": ("FUNC", 1)}, {"a": ("FUNC", 9), "c": ("FUNC", 1)}
        with mock.patch.object(symbols, "of_file", side_effect=[theirs, ours]):
            with self.assertRaisesRegex(interpreters.Failed, "missing: b;"):
                symbols.compare(None, None, "python")
        with mock.patch.object(symbols, "of_file", side_effect=[ours, theirs | ours]):
            self.assertRegex(symbols.compare(None, None, "python"), "added: b$")

    def test_size_of_a_public_object(self):
        sizes = [{"PyLong_Type": ("OBJECT", size), "_PyRuntime": ("OBJECT", size)}
                 for size in (8, 16)]
        with mock.patch.object(symbols, "of_file", side_effect=sizes):
            with self.assertRaisesRegex(interpreters.Failed, "PyLong_Type"):
                symbols.sizes(None, None)


class Layout(AbiTest):
    def test_names(self):
        header = self.write("x.h", "typedef struct {\n    union { int i; } u;\n} PyX;\n"
                                   "struct _py {\n};\n")
        self.assertEqual(layout.names_in([header]), ["PyX", "_py"])

    def test_differences(self):
        theirs = {"S": {"": 64, "a": [0, 32], "b": [32, 32]}, "T": {"": 8}}
        self.assertEqual(layout.differences(theirs, theirs), {})
        moved = {"S": {"": 96, "a": [0, 32], "b": [64, 32]}, "T": {"": 8}}
        self.assertEqual(layout.differences(theirs, moved), {"S": ["size", "b"]})
        self.assertEqual(layout.differences(theirs, {"S": theirs["S"]}), {"T": ["size"]})

    def test_what_lies_before_the_scheduler(self):
        theirs = {"": 128, "id": [0, 32],
                  "_gil": [32, 96], "_gil.locked": [32, 32], "_gil.cond": [64, 64]}
        longer = {"": 256, "id": [0, 32],
                  "_gil": [32, 224], "_gil.locked": [32, 32], "_gil.sched": [64, 192]}
        moved = longer | {"_gil.locked": [64, 32]}
        self.assertEqual(layout.too_early(theirs, longer, "_gil.cond"), [])
        self.assertEqual(layout.too_early(theirs, moved, "_gil.cond"), ["_gil.locked"])


@NEEDS_TOOLS
class Parts(AbiTest):
    """Each part that needs no second interpreter, in short."""

    def try_it(self, check, *args):
        try:
            return check(*args)
        except interpreters.NotTried as reason:
            self.skipTest(str(reason))

    def test_sampler(self):
        self.assertIn("5 threads", self.try_it(live.check, self.this, 1, self.folder))

    def test_extensions(self):
        for name in "plus_limited", "plus_fields":
            done = extensions.check(self.this, self.this, name, self.folder)
            self.assertEqual(done, "10 checks")

    def test_extension_that_fails_is_told(self):
        self.write("bad.py", "def check():\n    raise AssertionError('it is broken')\n")
        with self.assertRaisesRegex(interpreters.Failed, "it is broken"):
            self.this.run(os.path.join(HERE, "plusabi", "load.py"), self.folder, "bad")

    def test_modules(self):
        folder, names = self.try_it(modules.lend, self.this, self.this, self.folder)
        self.assertFalse(modules.PRIVATE & set(names))
        self.this.run("-c", modules.LOAD, folder, names[0])

    def test_embedding(self):
        done = self.try_it(embedding.check, self.this, self.this, self.folder)
        self.assertIn("twice", done)

    def test_dump(self):
        import signal
        self.assertIn("are shown", debugging.dump(self.this, signal.SIGUSR1, "a signal"))

    def test_wheel(self):
        path = installing.write_wheel(self.folder, "py3-none-any", "x", {"x.py": b"1\n"})
        with zipfile.ZipFile(path) as wheel:
            record = wheel.read("x-1.dist-info/RECORD").decode().splitlines()
            listed = sorted(line.split(",")[0] for line in record)
            self.assertEqual(listed, sorted(wheel.namelist()))
            self.assertEqual(record[0], f"x.py,sha256={installing.digest(wheel.read('x.py'))},2")


class Debian13(AbiTest):
    def test_bad_arguments(self):
        with mock.patch.object(os, "geteuid", return_value=1000):
            self.assertIn("chroot needs root", run(debian13.main, self.folder)[1])
        with mock.patch.object(os, "geteuid", return_value=0):
            status, said = run(debian13.main, self.folder)
        self.assertEqual(status, 2)
        self.assertIn("run make debian13", said)

    def outcome(self, *results, debian=(0, "")):
        rows = [(f"use {number}", {"Debian's": debian, "plus": result})
                for number, result in enumerate(results)]
        for path in "usr/bin", "pythonplus/build":
            os.makedirs(os.path.join(self.folder, path), exist_ok=True)
        for path in debian13.DEBIAN, debian13.PLUS:
            self.write(path.lstrip("/"), "")
        with mock.patch.object(os, "geteuid", return_value=0), \
                mock.patch.object(debian13, "inside", return_value=(0, "Python")), \
                mock.patch.object(debian13, "rows", return_value=rows):
            return run(debian13.main, self.folder)

    def test_failure_is_told(self):
        status, said = self.outcome((0, ""), (1, "SystemError: no"))
        self.assertEqual(status, 1)
        self.assertIn("plus FAILS: SystemError: no", said)

    def test_failure_with_both_is_none_of_ours(self):
        same = (1, "no network")
        self.assertEqual(self.outcome(same, debian=same)[0], 0)
        self.assertEqual(self.outcome((1, "no network, no GIL"), debian=same)[0], 1)

    def test_all_good(self):
        self.assertEqual(self.outcome((0, ""))[0], 0)

    def test_every_program_is_listed(self):
        self.assertEqual(debian13.uses(), [
            "switch_in_handler.py", "use_eventlet.py", "use_gevent.py", "use_greenlet.py",
            "use_lxml.py", "use_markupsafe.py", "use_numpy.py", "use_pillow.py", "use_psutil.py"])

    def test_patched_program_without_a_patch(self):
        """What gevent and eventlet are tried with holds for threads as well."""
        self.this.run("-c", "import patched; patched.check()",
                      PYTHONPATH=os.path.join(HERE, "plusabi", "programs"))


if __name__ == "__main__":
    unittest.main()
