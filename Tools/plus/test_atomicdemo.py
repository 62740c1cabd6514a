# Copyright PythonPlus contributors.
"""Tests of atomicdemo.py."""
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT_S = 120
ROW = re.compile(r"^  (\S.*\S) +([\d,]+) of +([\d,]+) (\S.*)$")


def demo(*args):
    return subprocess.run([sys.executable, os.path.join(HERE, "atomicdemo.py"), *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          timeout=LIMIT_S)


def figures(run):
    """Return [(wrong, all)], one for each program."""
    rows = [ROW.match(line) for line in run.stdout.splitlines()[1:]]
    return [(int(row[2].replace(",", "")), int(row[3].replace(",", ""))) for row in rows]


class DemoTest(unittest.TestCase):
    def test_nothing_goes_wrong_in_blocks(self):
        run = demo("--seconds", "0.3")
        self.assertEqual((run.returncode, run.stderr), (0, ""), run)
        self.assertIn("with threading.atomic", run.stdout.splitlines()[0])
        self.assertEqual(len(figures(run)), 4)
        for wrong, all_ in figures(run):
            self.assertEqual(wrong, 0)
            self.assertGreater(all_, 0)

    def test_something_does_without(self):
        run = demo("--seconds", "0.5", "--without")
        self.assertEqual((run.returncode, run.stderr), (1, ""), run)
        self.assertIn("without threading.atomic", run.stdout.splitlines()[0])
        self.assertTrue(any(wrong for wrong, _ in figures(run)), run.stdout)

    def test_bad_arguments(self):
        for args in (["--seconds", "0"], ["--seconds", "x"], ["--fast"]):
            run = demo(*args)
            self.assertEqual((run.returncode, run.stdout), (2, ""), run)
            self.assertIn("atomicdemo.py: error", run.stderr)


if __name__ == "__main__":
    unittest.main()
