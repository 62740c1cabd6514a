# Copyright PythonPlus contributors.
"""Tests of the Makefile: what make may not do when it is told not to make.

usage: python3 base/test_make.py
"""
import os
import subprocess
import unittest

from basetest import TOP, BaseTest
from test_install import MAKEFILE

TARGETS = ("all", "stock", "install", "altinstall", "uninstall", "deb", "debian13", "dist", "chaos",
           "tsan", "debug", "release", "matrix", "compare", "clean", "distclean")


class ToldNotToMake(BaseTest):
    """-n, -q and -t change nothing, whatever the target is."""

    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "usr/local"
        text = (TOP / "Makefile.pre.in").read_text()
        for name, value in ("srcdir", str(self.top)), ("with_gil", "io"), ("with_parker", "sem"), \
                ("with_plus_locks", "native"), ("with_plus_condition", "native"):
            text = text.replace(f"@{name}@", value)
        for path in self.top / "configure", self.top / "Makefile.pre.in", \
                self.folder / "config.status":
            path.write_text("false\n")
            os.utime(path, (1, 1))
        self.write("Makefile", text)
        # What all and install make, so that a recipe that runs leaves a trace.
        for build in "plus", "stock", "deb", "chaos":
            self.write(f"build/{build}/Makefile", MAKEFILE.format(prefix=self.prefix)
                       + "all: made\nmade:\n\techo >$@\n.DEFAULT_GOAL= all\n")
        self.write("build/src/configure", "false\n")
        self.succeed("install", "build/plus", "")

    def tree(self):
        """All that lies in the folder, with the times of files."""
        return {path: path.is_file() and path.stat().st_mtime_ns
                for path in self.folder.glob("**/*")}

    def make(self, *args):
        return subprocess.run(["make", *args], cwd=self.folder, env=self.env, timeout=60,
                              capture_output=True, encoding="utf-8")

    def test_nothing_changes(self):
        before = self.tree()
        for flag in "-n", "-q", "-t", "-nj2", "-kn":
            for target in TARGETS:
                with self.subTest(flag=flag, target=target):
                    done = self.make(flag, target)
                    self.assertIn(done.returncode, (0, 1), done.stderr)
                    self.assertEqual(self.tree(), before)

    def test_dry_run_tells_what_would_run(self):
        done = self.make("-n", "install")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("echo >made", done.stdout)        # of build/plus's own make
        self.assertRegex(done.stdout, "base/install build/plus")

    def test_dry_run_of_a_clean_clone(self):
        (self.folder / "build/plus/Makefile").unlink()
        done = self.make("-n", "install")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertRegex(done.stdout, "-C build/plus")

    def test_letters_in_other_arguments_mean_nothing(self):
        for args in [], ["--no-print-directory"], ["-k", "DESTDIR=/nqt"], ["-j2"]:
            with self.subTest(args=args):
                done = self.make(*args, "--eval", "show: ; @echo '[$(DRY)$(REAL)]'", "show")
                self.assertEqual(done.stdout, "[+]\n", done.stderr)


if __name__ == "__main__":
    unittest.main()
