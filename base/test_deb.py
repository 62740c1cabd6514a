# Copyright PythonPlus contributors.
"""Tests of base/deb on a made-up build.

usage: python3 base/test_deb.py
"""
import os
import shutil
import subprocess
import unittest

from basetest import TOP, BaseTest

TOOLS = ("dpkg-deb", "dpkg-shlibdeps", "strip")
MAKEFILE = """\
prefix=\t/opt/pythonplus
VERSION=\t3.13
D=\t$(DESTDIR)$(prefix)
install:
\tmkdir -p $D/bin $D/include $D/lib/python3.13/__pycache__
\techo x | tee $D/lib/python3.13/os.py >$D/include/Python.h
\tcp /bin/true $D/bin/python3.13
\tln -s python3.13 $D/bin/python3
\tprintf '\\043! /usr/bin/env python3\\nimport sys\\n' >$D/lib/python3.13/tool.py
\techo x >$D/lib/python3.13/__pycache__/tool.cpython-313.pyc
"""


@unittest.skipUnless(all(map(shutil.which, TOOLS)), "needs " + ", ".join(TOOLS))
class Deb(BaseTest):
    def setUp(self):
        super().setUp()
        self.makefile = self.write("build/deb/Makefile", MAKEFILE)
        self.write("build/src/PLUS_BASE", "version 3.13.5\nbase 3.13.5-2\n")
        self.write("build/src/LICENSE", "the licence of the base\n")
        for name in "LICENSE", "Misc":
            os.symlink(TOP / name, self.top / name)

    def package(self):
        self.succeed("deb", "build/deb", ".", "1.2")
        return next(self.folder.glob("pythonplus_1.2_*.deb"))

    def dpkg_deb(self, *args):
        return subprocess.run(["dpkg-deb", *args], check=True, capture_output=True,
                              encoding="utf-8", timeout=60).stdout

    def test_what_is_in_it(self):
        package = self.package()
        names = {line.split()[5] for line in self.dpkg_deb("-c", package).splitlines()}
        self.assertLessEqual({"./opt/pythonplus/bin/python3.13", "./opt/pythonplus/bin/python3",
                              "./usr/share/doc/pythonplus/copyright",
                              "./usr/share/doc/pythonplus/changelog.gz"}, names)
        # dpkg has a list of its own, and the package compiles where it is installed.
        self.assertFalse([name for name in names if "__pycache__" in name or "installed.txt" in name])

    def test_control(self):
        fields = dict(line.split(": ", 1) for line in self.dpkg_deb("-f", self.package()).splitlines()
                      if not line.startswith(" "))
        self.assertEqual((fields["Package"], fields["Version"]), ("pythonplus", "1.2"))
        self.assertRegex(fields["Depends"], r"\blibc6\b")
        self.assertNotIn("@", fields["Description"] + fields["Depends"])

    def test_scripts_run_the_interpreter_of_the_package(self):
        target = self.folder / "unpacked"
        self.dpkg_deb("-x", self.package(), target)
        self.assertEqual((target / "opt/pythonplus/lib/python3.13/tool.py").read_text(),
                         "#!/opt/pythonplus/bin/python3.13\nimport sys\n")
        copyright_file = (target / "usr/share/doc/pythonplus/copyright").read_text()
        self.assertIn("the licence of the base", copyright_file)
        self.assertIn((TOP / "LICENSE").read_text(), copyright_file)

    def test_two_runs_give_one_file(self):
        self.env["SOURCE_DATE_EPOCH"] = "1000000000"
        first = self.package().read_bytes()
        self.assertEqual(self.package().read_bytes(), first)

    def test_refusals(self):
        self.refuse("usage:", "deb", "build/deb")
        self.makefile.write_text(MAKEFILE.replace("/opt/pythonplus", "/usr/local"))
        self.refuse("was not configured with --prefix=/opt/pythonplus", "deb", "build/deb", ".", "1.2")
        self.makefile.write_text(MAKEFILE.replace("mkdir", "false"))
        self.refuse("make install failed", "deb", "build/deb", ".", "1.2")
        self.makefile.write_text(MAKEFILE)
        self.env["MAKEFLAGS"] = "n"
        self.refuse("make was told not to make", "deb", "build/deb", ".", "1.2")
        self.assertEqual(list(self.folder.glob("*.deb*")), [])

    def test_stage_that_is_not_whole(self):
        package = self.package()
        before = package.read_bytes()
        self.makefile.write_text(MAKEFILE.replace("/bin/python3.13", "/bin/python3.12"))
        self.refuse("did not install a whole Python 3.13", "deb", "build/deb", ".", "1.2")
        self.assertEqual(package.read_bytes(), before)


if __name__ == "__main__":
    unittest.main()
