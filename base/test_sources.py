# Copyright PythonPlus contributors.
"""Tests of base/sources and base/debian13, with a made-up apt.

usage: python3 base/test_sources.py
"""
import os
import unittest

from basetest import BaseTest, make_tar

DEB822 = """\
Types: deb
URIs: http://mirror.example/debian
Suites: bookworm
Components: main
"""
# Writes the files of a native source package, as apt-get source does; can be told to fail.
APT_GET = """\
echo "$*" >>"$CALLS"
case $* in
*update*) ;;
*)
    [ -z "$FAIL" ] || { echo "E: $FAIL"; exit 100; }
    for name; do :; done
    cp "$TARBALL" ${name}_1.tar.xz
    size=$(($(wc -c <"$TARBALL"))) sum=$(sha256sum <"$TARBALL" | cut -d' ' -f1)
    md5=$(md5sum <"$TARBALL" | cut -d' ' -f1)
    printf 'Format: 3.0 (native)\\nSource: %s\\nVersion: 1\\nChecksums-Sha256:\\n %s %s %s_1.tar.xz\\n' \\
        $name $sum $size $name >${name}_1.dsc
    printf 'Files:\\n %s %s %s_1.tar.xz\\n' $md5 $size $name >>${name}_1.dsc ;;
esac
"""


class SourcesTest(BaseTest):
    def setUp(self):
        super().setUp()
        self.tool("apt-get", APT_GET)
        self.tool("apt-config", f"echo \"list=''; parts='{self.folder}/parts'\"")
        self.write("parts/x.sources", DEB822)
        tarball = make_tar(self.folder / "good.tar.xz", {
            "x-1/setup.py": "pass\n", "x-1/debian/source/format": "3.0 (native)\n"})
        self.env.update(CALLS=str(self.folder / "calls"), TARBALL=str(tarball), FAIL="")

    def calls(self):
        path = self.folder / "calls"
        return path.read_text().splitlines() if path.exists() else []


class Sources(SourcesTest):
    def test_unpacked(self):
        self.succeed("sources", "out", "one", "two")
        self.assertEqual(sorted(os.listdir(self.folder / "out")), ["one", "two"])
        self.assertEqual((self.folder / "out/two/setup.py").read_text(), "pass\n")

    def test_the_suite_of_the_base(self):
        self.tool("apt-get", 'for word; do case $word in Dir::Etc::sourcelist=*) '
                             'cat "${word#*=}" >>"$CALLS" ;; esac; done; exit 1')
        self.refuse("could not fetch", "sources", "out", "one")
        self.assertIn("Types: deb-src", self.calls())
        self.assertIn("Suites: trixie", self.calls())

    def test_second_time_from_the_cache(self):
        self.succeed("sources", "out", "one")
        before = self.calls()
        self.succeed("sources", "elsewhere", "one")
        self.succeed("sources", "out", "one")
        self.assertEqual(self.calls(), before)
        self.assertTrue((self.folder / "elsewhere/one/setup.py").exists())

    def test_damaged_cache(self):
        self.succeed("sources", "out", "one")
        cached = self.folder / "cache/pythonplus/sources-trixie/one/one_1.tar.xz"
        cached.write_bytes(b"x")
        self.succeed("sources", "elsewhere", "one")
        self.assertTrue((self.folder / "elsewhere/one/setup.py").exists())

    def test_source_that_is_not_there(self):
        self.env["FAIL"] = "404 Not Found"
        self.refuse("could not fetch the source of one: 404 Not Found", "sources", "out", "one")
        self.assertEqual(os.listdir(self.folder / "out"), [])
        self.assertEqual(os.listdir(self.folder / "cache/pythonplus/sources-trixie"), [])

    def test_bad_arguments(self):
        self.refuse("usage:", "sources", "out")
        self.refuse("unknown argument --fresh", "sources", "--fresh", "out", "one")


class Debian13(SourcesTest):
    def test_refusals(self):
        self.tool("id", "echo 0")
        self.refuse("usage:", "debian13", "out")
        self.refuse("there is no grafted tree src: run make graft", "debian13", "out", "src")
        self.write("src/configure", "")
        self.tool("id", "echo 1000")
        self.refuse("needs root", "debian13", "out", "src")

    def test_bootstrap_that_fails_leaves_nothing(self):
        self.write("src/configure", "")
        self.tool("id", "echo 0")
        self.tool("debootstrap", 'for folder; do :; done; echo "E: no such mirror"; exit 1')
        self.refuse("debootstrap failed: E: no such mirror", "debian13", "out", "src")
        self.assertFalse((self.folder / "out").exists() or (self.folder / "out.new").exists())

    def test_removal(self):
        self.write("out/etc/x", "")
        self.write("out.new/etc/x", "")
        self.succeed("debian13", "--remove", "out")
        self.assertFalse((self.folder / "out").exists() or (self.folder / "out.new").exists())
        self.succeed("debian13", "--remove", "out")


if __name__ == "__main__":
    unittest.main()
