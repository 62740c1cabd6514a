# Copyright PythonPlus contributors.
"""Tests of condbench: that it measures, and what it refuses.

usage: python3 Tools/plus/test_condbench.py
"""
import os
import re
import shlex
import shutil
import subprocess
import tempfile
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
BUILD = os.path.join(HERE, "condbench", "build")
LIMIT_S = 120               # for a command of these tests
COMPILER = shlex.split(os.environ.get("CC", "")) or ["cc"]

# And how many subjects each has.
CASES = {"pingpong": 5, "pingpong-u": 3, "one-to-many": 3, "broadcast": 3}
BASE = "pthread_cond_t"
ROW = re.compile(r"(\S+) +([12])  (.{18}) +(\d+) +\d+ % +(\d+\.\d\d) +\d+ %"
                 r" +\d+\.\d\d +\d+\.\d\d")


def run(*command, **options):
    return subprocess.run(command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE, encoding="utf-8", timeout=LIMIT_S,
                          **options)


def cores():
    return min(2, len(os.sched_getaffinity(0)))


@unittest.skipUnless(shutil.which(COMPILER[0]), "needs a C compiler")
class CondbenchTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="plus-condbench-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        cls.program = os.path.join(cls.folder, "condbench")
        done = run(BUILD, cls.program)
        if done.returncode:
            raise AssertionError(done.stderr)

    def rows(self, done, on_cores):
        """Check the output; return {(case, cores): [(subject, rate, ratio), ...]}."""
        self.assertEqual((done.returncode, done.stderr), (0, ""))
        first, heading, *lines = done.stdout.splitlines()
        self.assertRegex(first, "^condbench: cores %d, glibc [0-9]" % on_cores)
        self.assertRegex(heading, "^case +cores +subject +events/s +[+]- +ratio ")
        found = {}
        for line in lines:
            if line.startswith("This process may use one core only"):
                self.assertEqual(on_cores, 1)
                continue
            case, number, subject, rate, ratio = ROW.fullmatch(line).groups()
            self.assertGreater(int(rate), 0, line)
            row = (subject.strip(), int(rate), float(ratio))
            found.setdefault((case, int(number)), []).append(row)
        return found

    def test_all(self):
        rows = self.rows(run(self.program, "--rounds", "1", "--seconds", "0.02"), cores())
        self.assertEqual(sorted(rows), sorted((case, number) for case in CASES
                                              for number in range(1, cores() + 1)))
        for (case, _), subjects in rows.items():
            self.assertEqual(len(subjects), CASES[case])
            self.assertEqual((subjects[0][0], subjects[0][2]), (BASE, 1))
            for _, rate, ratio in subjects:
                self.assertAlmostEqual(ratio / (rate / subjects[0][1]), 1, delta=0.1)

    def test_one_core(self):
        core = min(os.sched_getaffinity(0))
        done = run(self.program, "--rounds", "1", "--seconds", "0.01",
                   preexec_fn=lambda: os.sched_setaffinity(0, {core}))
        self.assertEqual({number for _, number in self.rows(done, 1)}, {1})
        self.assertIn("one core only: no rows for two cores.", done.stdout)

    def test_only(self):
        done = run(self.program, "--rounds", "3", "--seconds", "0.01",
                   "--only", "broadcast,pingpong")
        self.assertEqual({case for case, _ in self.rows(done, cores())},
                         {"pingpong", "broadcast"})

    def test_list_and_help(self):
        self.assertEqual(run(self.program, "--list").stdout.split(), list(CASES))
        self.assertIn("usage: condbench ", run(self.program, "--help").stdout)

    def test_bad_options(self):
        for args, message in (
                (["--rounds", "0"], "--rounds 0: give a number from 1 to 1000"),
                (["--rounds", "2.5"], "--rounds 2.5: give a whole number"),
                (["--rounds", "many"], "--rounds many: give a number"),
                (["--rounds"], "--rounds needs a value"),
                (["--seconds", "0"], "--seconds 0: give a number from 0.001 to 60"),
                (["--seconds", "nan"], "--seconds nan: give a number"),
                (["--only", "nope"],
                 '--only: there is no case "nope"; there are: pingpong, '),
                (["--only", ""], '--only: there is no case ""'),
                (["--fast"], "unknown option --fast"),
                (["-x"], "unknown option -x"),
                (["pingpong"], "unknown argument pingpong")):
            with self.subTest(args=args):
                done = run(self.program, *args)
                self.assertEqual((done.returncode, done.stdout), (2, ""))
                self.assertTrue(done.stderr.startswith("condbench: " + message),
                                done.stderr)
                self.assertEqual(len(done.stderr.splitlines()), 1)

    def test_build_refuses(self):
        done = run(BUILD)
        self.assertEqual((done.returncode, done.stderr.count("\n")), (2, 1))
        done = run(BUILD, self.program, env={**os.environ, "CC": "no-such-cc"})
        self.assertEqual(done.returncode, 2)
        self.assertIn("no-such-cc is not installed", done.stderr)

    def test_documented(self):
        with open(os.path.join(HERE, os.pardir, os.pardir, "Doc", "condition.md"),
                  encoding="utf-8") as file:
            text = file.read()
        for case in CASES:
            self.assertIn("`%s`" % case, text)

    def test_stdout_that_takes_nothing(self):
        for args in ["--list"], ["--help"], ["--rounds", "1000", "--seconds", "60"]:
            for to, reason in ("/dev/full", "No space left on device"), ("&-", "Bad file descriptor"):
                with self.subTest(args=args, to=to):
                    done = run("sh", "-c", 'exec "$@" >' + to, "sh", self.program, *args)
                    self.assertEqual((done.returncode, done.stderr), (
                        2, f"condbench: cannot write to stdout: {reason}; free some space, or "
                           "send it elsewhere\n"))


if __name__ == "__main__":
    unittest.main()
