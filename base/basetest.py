# Copyright PythonPlus contributors.
"""What the tests of base/ share: a folder, a made-up base, a copy of the scripts."""
import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import tarfile
import tempfile
import unittest

BASE = pathlib.Path(__file__).resolve().parent
TOP = BASE.parent
LIMIT_S = 60


def digest(data):
    return hashlib.sha256(data).hexdigest()


def make_tar(path, files, mode="w:xz"):
    """Write a tarball with one folder at its top, as releases have."""
    with tarfile.open(path, mode) as tar:
        for name, text in files.items():
            data = text.encode()
            info = tarfile.TarInfo(name)
            info.size = len(data)
            info.mode = 0o644
            tar.addfile(info, io.BytesIO(data))
    return path


def patchlevel(version):
    return f'#define PY_VERSION              "{version}"\n'


class BaseTest(unittest.TestCase):
    """A test in a folder of its own, with the scripts copied to it."""

    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="plus-base-"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.scripts = self.folder / "repo" / "base"
        shutil.copytree(BASE, self.scripts, ignore=shutil.ignore_patterns("__pycache__", "edits*"))
        self.top = self.folder / "repo"
        self.tools = self.folder / "tools"      # found before the system's
        self.tools.mkdir()
        self.env = {"PATH": f"{self.tools}:{os.environ['PATH']}", "LC_ALL": "C",
                    "HOME": str(self.folder), "XDG_CACHE_HOME": str(self.folder / "cache")}

    def write(self, path, text):
        path = self.folder / path
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        return path

    def tool(self, name, text):
        """Put a made-up command before the system's."""
        path = self.tools / name
        path.write_text("#!/bin/sh\n" + text)
        path.chmod(0o755)

    def run_script(self, name, *args):
        return subprocess.run([self.scripts / name, *map(str, args)], cwd=self.folder, env=self.env,
                              capture_output=True, encoding="utf-8", timeout=LIMIT_S)

    def succeed(self, name, *args):
        done = self.run_script(name, *args)
        self.assertEqual(done.returncode, 0, done.stderr)
        return done

    def refuse(self, message, name, *args):
        """The script must end with status 2 and say message (a regex)."""
        done = self.run_script(name, *args)
        self.assertEqual(done.returncode, 2, done.stderr)
        self.assertRegex(done.stderr, message)
        return done
