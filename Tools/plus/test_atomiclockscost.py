# Copyright PythonPlus contributors.
"""Tests of atomiclockscost.py."""
import os
import re
import subprocess
import sys
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
LIMIT_S = 120
FIGURE = r"([\d,]+) ± \d+ %"
ROW = re.compile(rf"^\| (\S.*) \| {FIGURE} \| {FIGURE} \|$")


def cost(*args):
    return subprocess.run([sys.executable, os.path.join(HERE, "atomiclockscost.py"), *args],
                          stdout=subprocess.PIPE, stderr=subprocess.PIPE, encoding="utf-8",
                          timeout=LIMIT_S)


class CostTest(unittest.TestCase):
    def test_a_table(self):
        run = cost("--rounds", "2", "--seconds", "0.01")
        self.assertEqual((run.returncode, run.stderr), (0, ""), run)
        version, *lines = run.stdout.splitlines()
        self.assertIn("PythonPlus", version)
        self.assertEqual(lines[0], "| | threading | atomiclocks |")
        rows = [ROW.match(line) for line in lines[2:]]
        self.assertTrue(rows and all(rows), run.stdout)
        for row in rows:
            self.assertNotIn("0", row.groups()[1:])

    def test_bad_arguments(self):
        for args in (["--rounds", "1"], ["--seconds", "0"], ["--what"]):
            run = cost(*args)
            self.assertEqual((run.returncode, run.stdout), (2, ""))
            self.assertIn(args[0], run.stderr)


if __name__ == "__main__":
    unittest.main()
