# Copyright PythonPlus contributors.
"""Tests of what accompanies the ed scripts of this repository.

usage: python3 base/test_edits.py
"""
import re
import subprocess
import unittest

from basetest import BASE, TOP

FOLDERS = ("Include", "Python", "Modules", "Lib", "Tools", "Misc", "Doc", "base/edits")


def edited_files():
    """Return the base files that the scripts edit."""
    scripts = [path for folder in FOLDERS for path in (TOP / folder).glob("**/*.ed")]
    return sorted(str(path.relative_to(TOP)).removeprefix("base/edits/").removesuffix(".ed") for path in scripts)


class Edits(unittest.TestCase):
    def test_each_has_its_digest(self):
        rows = [line.split("  ") for line in (BASE / "edits.sha256").read_text().splitlines()]
        self.assertEqual(sorted(name for _, name in rows), edited_files(),
                         "write base/edits.sha256 anew with base/graft --digests (Doc/base.md)")
        for digest, _ in rows:
            self.assertRegex(digest, "^[0-9a-f]{64}$")

    def test_each_has_its_reasons(self):
        rows = [line for line in (BASE / "edits.md").read_text().splitlines() if line.startswith("| `")]
        self.assertEqual(sorted(re.match(r"\| `([^`]*)`", row)[1] for row in rows), edited_files())
        for row in rows:
            cells = [cell.strip() for cell in row.strip("|").split("|")]
            self.assertEqual(len(cells), 4, row)
            self.assertTrue(all(cells), row)

    def test_each_can_be_read(self):
        for path in [TOP / f"{name}.ed" for name in edited_files()]:
            if not path.exists():
                path = BASE / "edits" / path.relative_to(TOP)
            with self.subTest(script=str(path)):
                done = subprocess.run(["awk", "-f", BASE / "anchors.awk", path],
                                      capture_output=True, encoding="utf-8", check=True)
                self.assertTrue(done.stdout)
                self.assertNotIn("\t!", done.stdout)


if __name__ == "__main__":
    unittest.main()
