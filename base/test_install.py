# Copyright PythonPlus contributors.
"""Tests of base/install on a made-up build.

usage: python3 base/test_install.py
"""
import os
import unittest

from basetest import BaseTest

# Its install target makes what CPython's does, in small: names with the version,
# then those without.
MAKEFILE = """\
prefix=\t{prefix}
VERSION=\t3.13
D=\t$(DESTDIR)$(prefix)
install: altinstall
\tln -s python3.13 $D/bin/python3
\techo pip >$D/bin/pip3
altinstall:
\tmkdir -p $D/bin $D/include $D/lib/python3.13/__pycache__
\techo x | tee $D/lib/python3.13/os.py >$D/include/Python.h
\techo plus >$D/bin/python3.13
\techo x >"$D/lib/python3.13/a file.py"
\techo x >"$D/lib/python3.13/__pycache__/a file.cpython-313.pyc"
"""


class InstallTest(BaseTest):
    def setUp(self):
        super().setUp()
        self.prefix = self.folder / "usr/local"
        self.makefile = self.write("build/plus/Makefile", MAKEFILE.format(prefix=self.prefix))

    def found(self, root=None):
        root = root or self.folder / "usr"
        return sorted(str(path.relative_to(root)) for path in root.glob("**/*"))

    def install(self, destdir=""):
        return self.succeed("install", "build/plus", destdir)

    def uninstall(self, destdir=""):
        return self.succeed("install", "--remove", "build/plus", destdir)

    def other_python(self, version):
        """Another Python in the prefix; returns what can be seen of it."""
        self.write(f"usr/local/bin/python{version}", "other")
        self.write(f"usr/local/lib/python{version}/os.py", "other")
        os.symlink(f"python{version}", self.prefix / "bin/python3")
        return self.found()


class Alone(InstallTest):
    def test_there_and_back(self):
        self.write("usr/local/bin/of-others", "x")
        before = self.found()
        self.install()
        self.assertEqual((self.prefix / "bin/python3").read_text(), "plus\n")
        self.assertIn("local/lib/python3.13/a file.py", self.found())
        self.assertEqual(self.uninstall().stderr.count("\n"), 1)
        self.assertEqual(self.found(), before)

    def test_leaves_no_folder_that_it_made(self):
        self.install()
        self.uninstall()
        self.assertFalse((self.folder / "usr").exists())

    def test_folders_of_others_keep_their_mode(self):
        self.write("usr/local/lib/x", "")
        for path, mode in ((self.folder, 0o1777), (self.prefix / "lib", 0o2775)):
            path.chmod(mode)
        self.install()
        self.assertEqual(self.folder.stat().st_mode & 0o7777, 0o1777)
        self.assertEqual((self.prefix / "lib").stat().st_mode & 0o7777, 0o2775)

    def test_link_to_a_folder_stays_one(self):
        self.write("elsewhere/x", "")
        self.prefix.mkdir(parents=True)
        os.symlink("../../elsewhere", self.prefix / "lib")
        self.install()
        self.assertTrue((self.folder / "elsewhere/python3.13/a file.py").exists())
        self.uninstall()
        self.assertEqual(os.listdir(self.folder / "elsewhere"), ["x"])
        self.assertTrue((self.prefix / "lib").is_symlink())

    def test_program_that_runs_is_replaced_by_a_new_file(self):
        self.install()
        with open(self.prefix / "bin/python3.13", encoding="utf-8") as old:
            self.makefile.write_text(self.makefile.read_text().replace("echo plus", "echo new"))
            self.install()
            self.assertEqual(old.read(), "plus\n")
        self.assertEqual((self.prefix / "bin/python3.13").read_text(), "new\n")

    def test_installed_twice(self):
        self.install()
        self.install()
        self.uninstall()
        self.assertFalse((self.folder / "usr").exists())

    def test_what_a_newer_one_no_longer_has_goes(self):
        self.install()
        self.makefile.write_text(self.makefile.read_text().replace("a file", "b file"))
        self.install()
        compiled = os.listdir(self.prefix / "lib/python3.13/__pycache__")
        self.assertEqual(compiled, ["b file.cpython-313.pyc"])
        self.uninstall()
        self.assertFalse((self.folder / "usr").exists())

    def test_destdir(self):
        stage = self.folder / "a stage"
        self.install(stage)
        self.assertFalse(self.prefix.exists())
        self.assertTrue((stage / str(self.prefix).lstrip("/") / "bin/python3.13").exists())
        self.uninstall(stage)
        self.assertEqual(self.found(stage), [])

    def test_what_python_compiled_later_goes_with_its_source(self):
        self.install()
        self.write("usr/local/lib/python3.13/__pycache__/a file.cpython-313.opt-1.pyc", "x")
        self.uninstall()
        self.assertFalse((self.folder / "usr").exists())

    def test_files_that_came_later_stay(self):
        self.install()
        self.write("usr/local/lib/python3.13/site-packages/mine.py", "x")
        done = self.uninstall()
        self.assertEqual(self.found()[-1], "local/lib/python3.13/site-packages/mine.py")
        self.assertRegex(done.stderr, "stays: it holds files that came later")


class BesideAnother(InstallTest):
    def test_names_without_version_stay_its(self):
        before = self.other_python("3.12")
        done = self.install()
        self.assertRegex(done.stderr, "another Python has these in .*: bin/python3 .*they stay")
        self.assertEqual(os.readlink(self.prefix / "bin/python3"), "python3.12")
        self.assertEqual((self.prefix / "bin/python3.13").read_text(), "plus\n")
        # Not some of them: pip3 of one Python beside python3 of another misleads.
        self.assertFalse((self.prefix / "bin/pip3").exists())
        self.uninstall()
        self.assertEqual(self.found(), before)

    def test_same_version_is_refused(self):
        before = self.other_python("3.13")
        done = self.refuse("holds a Python 3.13 that make install did not put there",
                           "install", "build/plus", "")
        self.assertRegex(done.stderr, "Nothing was installed")
        self.assertEqual(self.found(), before)
        self.assertEqual((self.prefix / "bin/python3.13").read_text(), "other")

    def test_file_where_a_folder_must_be(self):
        self.write("usr/local/lib/python3.13", "x")
        self.refuse("Nothing was installed", "install", "build/plus", "")
        self.assertEqual(self.found(), ["local", "local/lib", "local/lib/python3.13"])

    def test_asked_for_names_with_version(self):
        self.succeed("install", "--alt", "build/plus", "")
        self.assertEqual(os.listdir(self.prefix / "bin"), ["python3.13"])

    def test_names_without_version_are_given_up(self):
        self.install()
        self.succeed("install", "--alt", "build/plus", "")
        self.assertEqual(os.listdir(self.prefix / "bin"), ["python3.13"])


class Refusals(InstallTest):
    def test_nothing_to_remove(self):
        self.refuse("nothing to uninstall", "install", "--remove", "build/plus", "")

    def test_nothing_built(self):
        self.refuse("there is nothing built in build/nosuch: run make first",
                    "install", "build/nosuch", "")

    def test_file_in_the_way_of_the_prefix(self):
        self.write("usr", "x")
        self.refuse("cannot write to .*configure with another --prefix",
                    "install", "build/plus", "")

    def test_install_that_fails(self):
        self.makefile.write_text(f"prefix=\t{self.prefix}\nVERSION=\t3.13\ninstall:\n\tfalse\n")
        self.refuse("make install failed", "install", "build/plus", "")
        self.assertFalse((self.folder / "usr").exists())

    def unharmed(self, message, **env):
        """An installation stays as it is, to the last name, and the reason is told."""
        before = self.found()
        self.env |= env
        for options in [], ["--alt"]:
            self.refuse(message, "install", *options, "build/plus", "")
            self.assertEqual(self.found(), before)

    def test_make_that_is_told_not_to_make(self):
        self.install()
        for flags in "n", "t", "q", "i", "kn -j2", "w -- X=1":
            with self.subTest(flags=flags):
                if flags.startswith("w"):
                    self.env["MAKEFLAGS"] = flags
                    self.install()
                else:
                    self.unharmed(f"-{flags.split()[0]}.: nothing was installed or removed",
                                  MAKEFLAGS=flags)

    def test_stage_that_is_not_whole(self):
        self.install()
        whole = self.makefile.read_text()
        for lacking, there in ("bin/python3.13", "bin/python3.12"), ("os.py", "is.py"), \
                ("Python.h", "Cobra.h"):
            with self.subTest(lacking=lacking):
                self.makefile.write_text(whole.replace(f"$D/{lacking}", f"$D/{there}")
                                         .replace(f"/{lacking} ", f"/{there} ")
                                         .replace(f"/{lacking}\n", f"/{there}\n"))
                self.unharmed("did not install a whole Python 3.13 .*: nothing was installed")

    def test_make_that_installs_nothing(self):
        self.install()
        self.makefile.write_text(f"prefix=\t{self.prefix}\nVERSION=\t3.13\n"
                                 "install altinstall:\n\ttrue\n")
        self.unharmed("did not install a whole Python 3.13 .*: nothing was installed")


if __name__ == "__main__":
    unittest.main()
