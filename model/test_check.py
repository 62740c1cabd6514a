# Copyright PythonPlus contributors.
"""Tests of model/check with a made-up spin and compiler, and of what it is given.

usage: python3 model/test_check.py
"""
import os
import pathlib
import re
import shutil
import subprocess
import tempfile
import unittest

MODEL = pathlib.Path(__file__).resolve().parent
TOP = MODEL.parent
LIMIT_S = 60

SPIN = "#!/bin/sh\n: >pan.c\n"
# "Compiles" a program that prints what a verification would.
CC = "#!/bin/sh\nprintf '#!/bin/sh\\ncat \"$PAN_SAYS\"\\n' >pan\nchmod +x pan\n"
PAN = """\
{}State-vector 92 byte, depth reached 99, errors: {}
     1234 states, stored
  144.123\ttotal actual memory usage
pan: elapsed time 0.25 seconds
"""
ASSERTION = "pan:1: assertion violated ( !((255&1))||(locked==0)) (at depth 7)\n"
END_STATE = "pan:1: invalid end state (at depth 7)\n"
CYCLE = "pan:1: acceptance cycle (at depth 7)\n"
TRUNCATED = "error: max search depth too small\n"

# Inlines that stand for a part of a function, or for a line of the base.
MODELS_OWN = {"append", "become_ready", "believe_to_own_lock", "choose_deadline",
              "choose_hand", "choose_place", "enter_lock", "forget_locals",
              "invite", "own_lock", "preempted", "remove", "stop_being_ready",
              "wait_ended", "wait_once_ended",
              "begin_finalization", "finalize", "fork", "forget", "forget_waiter",
              "free_threadstate", "handle_pending", "look", "next_turn", "nobody_ceded",
              "park_returned", "run_with_gil", "run_without_gil", "set_back_all",
              "set_back_cpu", "unpark_if_owed", "wake_first"}


def read(path):
    return path.read_text(encoding="utf-8")


def model_text(model):
    """Return the text of model.pml with the files that it includes."""
    text = read(MODEL / f"{model}.pml")
    included = re.findall(r'^#include "(\w+)\.pml"$', text, re.M)
    return "\n".join([text, *map(model_text, included)])


def cases():
    """Return {model: [(property, rule, options)]}."""
    found, model = {}, None
    for line in read(MODEL / "cases.txt").splitlines():
        words = line.split()
        if words and words[0] == "model":
            model = found.setdefault(words[1], [])
        elif words and words[0][0] != "#":
            model.append((words[0], words[1], words[2:]))
    return found


class CheckTest(unittest.TestCase):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plus-model-"))
        self.addCleanup(shutil.rmtree, self.folder)
        self.model = self.folder / "model"
        shutil.copytree(MODEL, self.model, ignore=shutil.ignore_patterns("__pycache__"))
        self.tools = self.folder / "tools"
        self.tools.mkdir()
        self.env = {"PATH": f"{self.tools}:{os.environ['PATH']}", "TMPDIR": str(self.folder),
                    "PAN_SAYS": str(self.folder / "says"), "LC_ALL": "C"}
        self.tool("spin", SPIN)
        self.tool("cc", CC)

    def tool(self, name, text):
        path = self.tools / name
        path.write_text(text)
        path.chmod(0o755)

    def check(self, *args):
        return subprocess.run([self.model / "check", *args], env=self.env, timeout=LIMIT_S,
                              stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8")

    def verdict(self, case, said, errors=0):
        """Check the one case, for which the verifier says so; return (word, status)."""
        (self.model / "cases.txt").write_text(f"# a comment\n\nmodel gil\n{case}\n")
        (self.folder / "says").write_text(PAN.format(said, errors))
        run = self.check()
        lines = run.stdout.splitlines()
        self.assertEqual(len(lines), 3, run)
        self.assertIn("1234", lines[1])
        self.assertEqual(lines[1].split()[1], "gil")
        passed = int(run.returncode == 0)
        self.assertEqual(lines[2], f"{passed} passed, {1 - passed} failed, 0 skipped")
        return lines[1].split()[0], run.returncode

    def assertRefuses(self, run, words):
        self.assertEqual(run.returncode, 2, run)
        self.assertEqual(run.stdout, "")
        self.assertIn(words, run.stderr)
        self.assertEqual(len(run.stderr.splitlines()), 1, run.stderr)

    def test_holds(self):
        self.assertEqual(self.verdict("ALL - THREADS=2", ""), ("holds", 0))
        self.assertEqual(self.verdict("granted1 - THREADS=2", ""), ("holds", 0))

    def test_fails(self):
        for said in ASSERTION, END_STATE:
            self.assertEqual(self.verdict("ALL - THREADS=2", said, 1), ("FAILS", 1))
        self.assertEqual(self.verdict("granted1 - THREADS=2", CYCLE, 1), ("FAILS", 1))

    def test_truncated_search_is_no_proof(self):
        self.assertEqual(self.verdict("ALL - THREADS=2", TRUNCATED), ("FAILS", 1))

    def test_caught(self):
        self.assertEqual(self.verdict("EXCLUSION TAKE THREADS=2", ASSERTION, 1), ("caught", 0))
        self.assertEqual(self.verdict("DEADLOCK ORPHAN THREADS=2", END_STATE, 1), ("caught", 0))
        self.assertEqual(self.verdict("granted1 HEAD THREADS=2", CYCLE, 1), ("caught", 0))

    def test_caught_by_something_else_is_missed(self):
        self.assertEqual(self.verdict("EXCLUSION TAKE THREADS=2", ""), ("MISSED", 1))
        self.assertEqual(self.verdict("EXCLUSION TAKE THREADS=2", END_STATE, 1), ("MISSED", 1))
        self.assertEqual(self.verdict("granted1 HEAD THREADS=2", ASSERTION, 1), ("MISSED", 1))

    def test_pattern_chooses(self):
        (self.folder / "says").write_text(PAN.format("", 0))
        run = self.check("-j", "3", "^gil ALL +- .*FORK")
        self.assertEqual(run.returncode, 0, run)
        rows = run.stdout.splitlines()[1:-1]
        self.assertTrue(rows)
        for row in rows:
            self.assertRegex(row, "^holds +gil +ALL +- .*FORK")

    def test_bad_arguments(self):
        self.assertRefuses(self.check("--fast"), "unknown option --fast")
        self.assertRefuses(self.check("-j"), "-j needs a number")
        self.assertRefuses(self.check("-j", "many"), "-j many")
        self.assertRefuses(self.check("no such case"), "no case matches")

    def test_missing_tool(self):
        for name in "spin", "cc":
            bare = self.folder / name
            bare.mkdir()
            for tool in "sh", "dirname", "nproc", "spin", "cc", "xargs":
                if tool != name:
                    (bare / tool).symlink_to(shutil.which(tool, path=self.env["PATH"]))
            self.env["PATH"], path = str(bare), self.env["PATH"]
            self.assertRefuses(self.check(), f"{name} is not installed: run ./bootstrap")
            self.env["PATH"] = path

    def test_tools_that_fail(self):
        for name in "spin", "cc":
            self.tool(name, "#!/bin/sh\necho oops >&2\nexit 1\n")
            run = self.check("-j1", "^gil EXCLUSION")
            self.assertEqual((run.returncode, run.stdout), (2, ""), run)
            self.assertIn("model/check: ", run.stderr)


class CasesTest(unittest.TestCase):
    """Nothing of the model is forgotten in cases.txt, and the other way round."""

    def models(self):
        for model, rows in cases().items():
            with self.subTest(model=model):
                yield rows, model_text(model)

    def test_every_model(self):
        files = {path.stem for path in MODEL.glob("*.pml")}
        included = set(re.findall(r'^#include "(\w+)\.pml"$',
                                  "\n".join(map(model_text, files)), re.M))
        self.assertEqual(set(cases()), files - included)

    def test_every_broken_rule(self):
        for rows, text in self.models():
            self.assertEqual({rule for _, rule, _ in rows} - {"-"},
                             set(re.findall(r"BROKEN_(\w+)", text)) - {"X"})

    def test_every_promise_can_fail(self):
        for rows, text in self.models():
            promises = set(re.findall(r"promise\((\w+),", text)) - {"which"}
            tried = {name for name, rule, _ in rows if rule != "-"}
            self.assertTrue(promises)
            self.assertLessEqual(promises, tried)
            self.assertIn("DEADLOCK", tried)

    def test_every_claim_both_ways(self):
        for rows, text in self.models():
            claims = {name.rstrip("123")
                      for name in re.findall(r"^ltl (\w+)", text, re.M)}
            self.assertTrue(claims)
            for holds in True, False:
                tried = {name.rstrip("123") for name, rule, _ in rows
                         if (rule == "-") == holds}
                self.assertLessEqual(claims, tried)

    def test_names_are_those_of_the_code(self):
        files = ["Python/plus_gil.c", "Python/plus_gil_fast.h", "Python/plus_policy.h",
                 "Python/plus_wait.h", "Python/plus_sleep.h", "Python/plus_lock.c",
                 "Python/plus_atomic.c", "Include/internal/pycore_plus_wait.h"]
        code = "\n".join(read(TOP / name) for name in files)
        functions = set(re.findall(r"^(\w+)\(", code, re.M))
        functions |= {"Park", "update_eval_breaker"}
        inlines = {name for model in cases()
                   for name in re.findall(r"^inline (\w+)\(", model_text(model), re.M)}
        self.assertTrue(inlines)
        self.assertEqual(inlines - functions - MODELS_OWN, set())


if __name__ == "__main__":
    unittest.main()
