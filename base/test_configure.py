# Copyright PythonPlus contributors.
"""Tests of configure's own options and of configure-build.

usage: python3 base/test_configure.py
"""
import shlex
import shutil
import subprocess
import unittest

from basetest import BaseTest, TOP, patchlevel


@unittest.skipUnless(shutil.which("autoconf"), "needs autoconf")
class Configure(BaseTest):
    def setUp(self):
        super().setUp()
        for name in "configure.ac", "Makefile.pre.in":
            shutil.copy(TOP / name, self.top)
        subprocess.run(["autoconf"], cwd=self.top, check=True, timeout=60)
        self.build = self.folder / "out"
        self.build.mkdir()

    def configure(self, *args):
        return subprocess.run([self.top / "configure", *args], cwd=self.build, env=self.env,
                              capture_output=True, encoding="utf-8", timeout=120)

    def test_bad_values(self):
        for option, message in {
            "--with-gil=fair": "--with-gil=fair: the policy must be io or stock",
            "--with-gil": "the policy must be io or stock",
            "--with-plus-locks=none":
                "--with-plus-locks=none: the locks must be native or base",
            "--with-plus-condition=c":
                "--with-plus-condition=c: the condition must be native or python",
            "--with-parker=spin": "--with-parker=spin: the parker must be sem, futex or cond",
            "--with-base=/nosuch": "--with-base=/nosuch: there is no such file",
            "--with-chaos=7": "--with-chaos=7: it takes no value; the seed is PYTHONPLUS_CHAOS",
            "--without-base": "--with-base needs a value",
            "--disable-gil": "--disable-gil is refused",
        }.items():
            with self.subTest(option=option):
                done = self.configure(option)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(message, done.stderr)
                self.assertFalse((self.build / "Makefile").exists())

    def test_folder_with_a_space(self):
        self.build = self.folder / "a folder"
        self.build.mkdir()
        done = self.configure()
        self.assertEqual(done.returncode, 2)
        self.assertIn("the folder name holds a space", done.stderr)

    def test_folder_for_the_installation(self):
        for option in ("--prefix=/a b", "--prefix=/opt/it's", "--exec-prefix=/a$b", "--libdir=/a:b",
                       "--prefix=/a;b", "--bindir=/a\"", "--prefix=/a\\b", "--includedir=/a#"):
            with self.subTest(option=option):
                done = self.configure(option)
                self.assertEqual(done.returncode, 2, done.stderr)
                self.assertIn(f"{option}: CPython's Makefile cannot install there", done.stderr)
                self.assertFalse((self.build / "Makefile").exists())
        words = ["--prefix=/opt/größe,1.0-x+y", "--bindir=${prefix}/b"]
        done = self.configure(*words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertEqual(shlex.split((self.build / "config.args").read_text()), words)

    def test_folder_that_cannot_be_written(self):
        self.build = "/proc"        # by nobody
        done = self.configure()
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertEqual(done.stderr, "configure: error: cannot write to /proc: build in another folder: "
                         f"mkdir FOLDER && cd FOLDER && {self.top}/configure\n")
        self.assertEqual(self.configure("--help").returncode, 0)

    def test_bootstrap_of_a_checkout_that_cannot_be_written(self):
        # It takes the folder of its own name for the checkout.
        with open(TOP / "bootstrap", "rb") as script:
            name = f"/proc/self/fd/{script.fileno()}"
            done = subprocess.run(["sh", name, "--no-install"], env=self.env, timeout=60,
                                  pass_fds=[script.fileno()], capture_output=True, encoding="utf-8")
        self.assertEqual((done.returncode, done.stdout), (2, ""))
        self.assertRegex(done.stderr, "^bootstrap: cannot write to .*: copy it to another folder .*\n$")

    def test_options_pass_through(self):
        own = self.write("own/Include/patchlevel.h", patchlevel("3.13.5")).parent.parent
        self.env["CFLAGS"] = "-O1"
        words = ["--with-tzpath=/opt/it's", "--enable-optimizations", "CPPFLAGS=-DPLUS_A=1 -DPLUS_B=\"2\""]
        done = self.configure("--with-base=../own", "--with-gil=stock", "--with-parker=cond", *words)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertNotIn("unrecognized", done.stderr)
        passed = shlex.split((self.build / "config.args").read_text())
        self.assertEqual(passed[:3], words)
        self.assertIn("CFLAGS=-O1", passed)
        self.assertFalse([word for word in passed if "with-base" in word or "with-gil" in word])
        makefile = (self.build / "Makefile").read_text()
        for line in f"WITH_BASE=\t{own}\n", "GIL=\t\tstock\n", "PARKER=\t\tcond\n":
            self.assertIn(line, makefile)


    def test_chaos_is_a_flag_for_the_compiler(self):
        done = self.configure("CFLAGS_NODIST=-DPLUS_A", "--with-chaos")
        self.assertEqual(done.returncode, 0, done.stderr)
        passed = shlex.split((self.build / "config.args").read_text())
        # The last one counts.
        self.assertEqual(passed[-1], "CFLAGS_NODIST=-DPLUS_A -DPLUS_WITH_CHAOS")
        self.assertNotIn("--with-chaos", passed)

    def test_variants_of_make_matrix_differ_from_what_was_chosen(self):
        for options, variants in (
                ([], "condition-python locks-base parker-futex parker-cond"),
                (["--with-parker=cond", "--with-plus-locks=base", "--with-gil=stock"],
                 "condition-python parker-sem parker-futex")):
            with self.subTest(options=options):
                self.assertEqual(self.configure(*options).returncode, 0)
                shown = self.make("$(VARIANTS)").split()
                self.assertEqual(shown, variants.split())
                other = "gil-io" if "--with-gil=stock" in options else "gil-stock"
                self.assertIn(f'"{other}=build/plus/python -X plus_gil={other[4:]}"',
                              self.make("$(MATRIX)"))
                for name in shown:
                    self.assertTrue(self.make(f"$(SWITCH_{name})").strip(), name)

    def make(self, text):
        """Return what the Makefile makes of text."""
        show = f"show: ; @printf '%s' '{text}'"
        done = subprocess.run(["make", "-s", "--eval", show, "show"], cwd=self.build, env=self.env,
                              capture_output=True, encoding="utf-8", timeout=60)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done.stdout

    def test_no_chaos_by_default(self):
        for option in "--without-chaos", "--with-chaos=no":
            with self.subTest(option=option):
                done = self.configure(option)
                self.assertEqual(done.returncode, 0, done.stderr)
                self.assertEqual((self.build / "config.args").read_text().split(), [])


class ConfigureBuild(BaseTest):
    def setUp(self):
        super().setUp()
        self.write("src/PLUS_BASE", "version 3.13.5\n")
        self.configure = self.write("src/configure",
                                    '#!/bin/sh\nfor a; do echo "[$a]" >>args; done\necho all: >Makefile\n')
        self.configure.chmod(0o755)
        self.write("config.args", " '--prefix=/a b' 'X=it'\\''s'\n")

    def run_it(self):
        self.succeed("configure-build", "src", "build", "config.args")

    def test_arguments_arrive_whole(self):
        self.run_it()
        self.assertEqual((self.folder / "build/args").read_text(), "[--prefix=/a b]\n[X=it's]\n")

    def test_arguments_of_one_build_come_last(self):
        words = ["build", "config.args", "X=two words"]
        self.succeed("configure-build", "src", *words)
        self.assertEqual((self.folder / "build/args").read_text(),
                         "[--prefix=/a b]\n[X=it's]\n[X=two words]\n")
        self.write("build/object.o", "")
        self.succeed("configure-build", "src", *words)
        self.assertTrue((self.folder / "build/object.o").exists())
        self.succeed("configure-build", "src", *words[:-1], "X=3")
        self.assertFalse((self.folder / "build/object.o").exists())

    def test_only_once_while_nothing_changes(self):
        self.run_it()
        self.run_it()
        self.assertEqual((self.folder / "build/args").read_text().count("prefix"), 1)

    def test_anew_for_other_options(self):
        self.run_it()
        self.write("build/object.o", "")
        self.write("config.args", " 'X=2'\n")
        self.run_it()
        self.assertEqual((self.folder / "build/args").read_text(), "[X=2]\n")
        self.assertFalse((self.folder / "build/object.o").exists())

    def test_failure_and_the_next_run(self):
        good = self.configure.read_text()
        self.configure.write_text("#!/bin/sh\necho no compiler; exit 1\n")
        done = self.refuse("configure failed in build; all of it is in build/configure.log",
                           "configure-build", "src", "build", "config.args")
        self.assertIn("no compiler", done.stderr)
        self.configure.write_text(good)
        self.run_it()


if __name__ == "__main__":
    unittest.main()
