# Copyright PythonPlus contributors.
"""Tests of base/unpack on made-up releases.

usage: python3 base/test_unpack.py
"""
import os
import shutil
import subprocess
import unittest

from basetest import BaseTest, digest, make_tar, patchlevel

LAYOUT = "--- a/main.c\n+++ b/main.c\n@@ -1 +1 @@\n-main\n+debian's own\n"
SECURITY = "--- a/main.c\n+++ b/main.c\n@@ -1 +1 @@\n-main\n+main, fixed\n"
SECOND = "--- a/main.c\n+++ b/main.c\n@@ -1 +1 @@\n-main, fixed\n+main, fixed twice\n"


class UnpackTest(BaseTest):
    def release(self, version="3.13.5", name="release.tar.xz"):
        return make_tar(self.folder / name, {"Python-x/Include/patchlevel.h": patchlevel(version),
                                             "Python-x/main.c": "main\n"})

    def unpack(self, base):
        return self.succeed("unpack", f"--with-base={base}", "build/base")

    def refuse_unpack(self, message, base):
        done = self.refuse(message, "unpack", f"--with-base={base}", "build/base")
        left = [path.name for path in (self.folder / "build").glob("*") if not path.name.endswith(".lock")]
        self.assertEqual(left, [])
        return done

    def text(self, name="main.c"):
        return (self.folder / "build/base" / name).read_text()

    def facts(self):
        return self.text("PLUS_BASE").splitlines()


class OwnBase(UnpackTest):
    def test_tarball(self):
        self.unpack(self.release("3.13.9"))
        self.assertEqual(self.text(), "main\n")
        self.assertIn("base 3.13.9+local", self.facts())

    def test_directory(self):
        for name, text in ("Include/patchlevel.h", patchlevel("3.13.7")), ("a file.c", "x\n"), (".git/HEAD", "x"):
            self.write(f"own/{name}", text)
        self.unpack("own")
        self.assertEqual(self.text("a file.c"), "x\n")
        self.assertFalse((self.folder / "build/base/.git").exists())
        self.assertIn("base 3.13.7+local", self.facts())

    def test_directory_that_changed(self):
        self.write("own/Include/patchlevel.h", patchlevel("3.13.7"))
        self.unpack("own")
        self.assertEqual(self.unpack("own").stderr, "")
        self.write("own/new.c", "new\n")
        self.unpack("own")
        self.assertEqual(self.text("new.c"), "new\n")

    def test_other_versions(self):
        for version in "3.12.11", "3.14.0", "2.7.18", "3.130.0":
            with self.subTest(version=version):
                self.refuse_unpack(f"is CPython {version}; PythonPlus needs 3.13.x", self.release(version))

    def test_truncated_tarball_and_the_next_run(self):
        whole = self.release()
        data = whole.read_bytes()
        whole.write_bytes(data[:len(data) // 2])
        self.refuse_unpack("cannot unpack .*release.tar.xz.* a damaged file", whole)
        whole.write_bytes(data)
        self.unpack(whole)
        self.assertEqual(self.text(), "main\n")

    def test_no_python_source(self):
        make_tar(self.folder / "x.tar.xz", {"x/readme": "x"})
        self.refuse_unpack("is no CPython source", self.folder / "x.tar.xz")

    def test_no_such_file(self):
        self.refuse_unpack("there is no such file or directory", "nosuch.tar.xz")

    def test_directory_with_a_build_in_it(self):
        self.write("own/Include/patchlevel.h", patchlevel("3.13.7"))
        self.write("own/pyconfig.h", "")
        self.refuse_unpack(r"own holds a build \(pyconfig.h\): run 'make distclean'", "own")

    def test_failure_keeps_the_tree_that_stands(self):
        self.unpack(self.release())
        self.refuse("PythonPlus needs", "unpack", f"--with-base={self.release('3.12.1')}", "build/base")
        self.assertEqual(self.text(), "main\n")

    def test_killed_half_way(self):
        self.write("build/base.new/half", "x")
        self.unpack(self.release())
        self.assertEqual(sorted(os.listdir(self.folder / "build")), ["base", "base.lock"])

    def test_disk_full(self):
        # tar says what it says on a full disk, and ends as it does then.
        self.tool("tar", 'echo "tar: main.c: Wrote only 0 of 5 bytes: No space left on device" >&2; exit 2')
        self.refuse_unpack("No space left on device .*is the disk full", self.release())


class Debian(UnpackTest):
    """A cache as base/fetch leaves it."""

    def setUp(self):
        super().setUp()
        self.cache = self.folder / "cache/pythonplus/debian-3.13.5"
        self.cache.mkdir(parents=True)
        self.fill()

    def fill(self, second=SECOND, series="layout.diff\nCVE-2025-1.patch -p1\n\n# said\nfix.patch\n"):
        orig = make_tar(self.cache / "python3.13_3.13.5.orig.tar.xz",
                        {"Python-x/Include/patchlevel.h": patchlevel("3.13.5"), "Python-x/main.c": "main\n"})
        make_tar(self.cache / "python3.13_3.13.5-2+deb13u9.debian.tar.xz", {
            "debian/patches/series": series, "debian/patches/layout.diff": LAYOUT,
            "debian/patches/CVE-2025-1.patch": SECURITY, "debian/patches/fix.patch": second})
        subprocess.run("sha256sum *.tar.xz >SHA256SUMS", shell=True, cwd=self.cache, check=True)
        pin = (self.scripts / "pin").read_text().splitlines()
        size, sha = orig.stat().st_size, digest(orig.read_bytes())
        pin = [f"BASE_SHA256={sha}" if line.startswith("BASE_SHA256=") else
               f"BASE_SIZE={size}" if line.startswith("BASE_SIZE=") else line for line in pin]
        (self.scripts / "pin").write_text("\n".join(pin) + "\n")

    def test_only_the_security_patches_in_their_order(self):
        self.unpack("debian")
        self.assertEqual(self.text(), "main, fixed twice\n")
        self.assertEqual(self.facts()[:3], ["version 3.13.5", "base 3.13.5-2+deb13u9",
                                            "source debian python3.13 3.13.5-2+deb13u9"])
        self.assertEqual(self.facts()[-2:], ["patch CVE-2025-1.patch", "patch fix.patch"])
        self.assertFalse((self.folder / "build/base/main.c.orig").exists())

    def test_patch_that_does_not_apply(self):
        self.fill(second=SECURITY.replace("-main", "-nowhere"))
        self.refuse_unpack("the security patch fix.patch does not apply", "debian")

    def test_no_security_patches(self):
        self.fill(series="layout.diff\n")
        self.refuse_unpack(r"has no patch CVE-\*", "debian")

    def test_offline_with_a_filled_cache(self):
        self.tool("apt-get", "echo called >>calls; exit 100")
        self.unpack("auto")
        self.assertEqual(self.unpack("auto").stderr, "")
        self.assertFalse((self.folder / "calls").exists())

    def test_newer_patches_in_the_cache_are_taken(self):
        self.unpack("auto")
        self.fill(series="CVE-2025-1.patch\n")
        self.unpack("auto")
        self.assertEqual(self.text(), "main, fixed\n")

    def test_tree_outlives_its_cache(self):
        self.unpack("auto")
        shutil.rmtree(self.cache)
        self.assertEqual(self.unpack("auto").stderr, "")

    def test_no_home_for_a_cache(self):
        del self.env["HOME"], self.env["XDG_CACHE_HOME"]
        done = self.refuse_unpack("^pythonplus: HOME is not set: set it, or XDG_CACHE_HOME, ", "auto")
        self.assertEqual(done.stderr.count("\n"), 1)

    def test_tree_that_stands_needs_no_home(self):
        self.unpack("debian")
        del self.env["HOME"], self.env["XDG_CACHE_HOME"]
        self.assertEqual(self.unpack("debian").stderr, "")

    def test_no_patch_tool(self):
        for tool in os.listdir("/usr/bin"):
            if tool != "patch":
                os.symlink(f"/usr/bin/{tool}", self.tools / tool)
        self.env["PATH"] = str(self.tools)
        self.refuse_unpack("patch is not installed: run ./bootstrap", "debian")


if __name__ == "__main__":
    unittest.main()
