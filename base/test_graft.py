# Copyright PythonPlus contributors.
"""Tests of base/graft on a made-up base.

usage: python3 base/test_graft.py
"""
import os
import shutil
import unittest

from basetest import BaseTest, digest

GIL_C = "first\nlast_holder\nold body\nold end\nmiddle\n"
OLD = 1_000_000_000         # a timestamp before every object of a build


class GraftTest(BaseTest):
    def setUp(self):
        super().setUp()
        self.write("base/Python/gil.c", GIL_C)
        self.write("base/Python/other.c", "untouched\n")
        self.write("base/Makefile.pre.in", "OBJECTS= \\\n")
        self.write("base/PLUS_BASE", "version 3.13.5\nbase 3.13.5-2\n")
        for path in self.folder.glob("base/**/*"):
            os.utime(path, (OLD, OLD))
        self.script("/^old body/,/^old end/c\nnew body\n.\n")
        self.write("repo/Python/plus_new.c", "ours\n")

    def script(self, text, path="Python/gil.c.ed"):
        return self.write(f"repo/{path}", text)

    def graft(self):
        return self.succeed("graft", "--set", "PLUS_VERSION=1.2", "base", "src")

    def refuse_graft(self, message):
        done = self.refuse(message, "graft", "base", "src")
        self.assertFalse((self.folder / "src.new").exists())
        return done

    def text(self, path):
        return (self.folder / "src" / path).read_text()

    def times(self):
        src = self.folder / "src"
        return {str(path.relative_to(src)): path.stat().st_mtime_ns
                for path in src.glob("**/*") if path.is_file() and path.name != ".graft"}

    def age(self):
        """Make the tree look as if it had been grafted long ago."""
        for path in self.folder.glob("src/**/*"):
            os.utime(path, (OLD + 1, OLD + 1))


class Result(GraftTest):
    def test_edited_copied_and_untouched(self):
        self.graft()
        self.assertEqual(self.text("Python/gil.c"), "first\nlast_holder\nnew body\nmiddle\n")
        self.assertEqual(self.text("Python/plus_new.c"), "ours\n")
        self.assertEqual(self.text("Python/other.c"), "untouched\n")
        self.assertFalse((self.folder / "src/Python/gil.c.ed").exists())
        self.assertEqual((self.folder / "base/Python/gil.c").read_text(), GIL_C)

    def test_every_command(self):
        self.script("/^first/i\nzero\n.\n/^first/a\none\n.\n/^middle/s/dd/tt/\n"
                    "/^last_holder/+1,/^old end/d\n/^last_holder/-1c\nfirst line\n.\n")
        self.script("/^last_holder/s/$/;/\n/^old body/-1,/^old body/+1s/o/0/\n")
        self.graft()
        self.assertEqual(self.text("Python/gil.c"), "first\nlast_h0lder;\n0ld body\n0ld end\nmiddle\n")

    def test_script_under_edits(self):
        self.script("/^OBJECTS=/a\n\tplus.o\n.\n", "base/edits/Makefile.pre.in.ed")
        self.graft()
        self.assertEqual(self.text("Makefile.pre.in"), "OBJECTS= \\\n\tplus.o\n")

    def test_values(self):
        self.write("repo/Include/config.h.in", '"@PLUS_VERSION@" "@PLUS_BASE@" @OTHER@\n')
        self.script("/^middle/c\n@PLUS_VERSION@\n.\n")
        self.graft()
        self.assertEqual(self.text("Include/config.h"), '"1.2" "3.13.5-2" @OTHER@\n')
        self.assertTrue(self.text("Python/gil.c").endswith("\n1.2\n"))

    def test_value_not_given(self):
        self.write("repo/Include/config.h.in", "@PLUS_NOSUCH@\n")
        self.refuse_graft("config.h.in names a value that was not given: .*PLUS_NOSUCH")
        self.assertFalse((self.folder / "src").exists())

    def test_leftovers_of_editors_stay_behind(self):
        for name in "plus_new.c~", "plus_new.c.orig", ".plus_new.c.swp", "#plus_new.c#", "x.pyc":
            self.write(f"repo/Python/{name}", "x")
        self.write("repo/Lib/__pycache__/x.pyc", "x")
        self.graft()
        self.assertEqual(sorted(os.listdir(self.folder / "src/Python")), ["gil.c", "other.c", "plus_new.c"])
        self.assertFalse((self.folder / "src/Lib").exists())


class Drift(GraftTest):
    """Addresses that fit a file that is not the one that the script was written for."""

    def record(self):
        done = self.run_script("graft", "--digests", "base")
        self.write("repo/base/edits.sha256", done.stdout)

    def test_told_by_name(self):
        self.record()
        self.write("base/Python/gil.c", GIL_C.replace("middle", "center"))
        self.assertRegex(self.graft().stderr, r"all addresses fit, but these files .*: Python/gil\.c$")

    def test_nothing_to_tell(self):
        self.record()
        self.assertNotIn("all addresses fit", self.graft().stderr)

    def test_digests_written_anew(self):
        self.write("base/Python/gil.c", GIL_C.replace("middle", "center"))
        self.record()
        self.assertNotIn("all addresses fit", self.graft().stderr)


class Refusal(GraftTest):
    def test_anchor_missing_reports_drift(self):
        self.script("/^nowhere/d\n")
        self.write("repo/base/edits.sha256", "a" * 64 + "  Python/gil.c\n")
        done = self.refuse_graft(r"Python/gil\.c\.ed:1: .*/\^nowhere/ matches 0 lines of Python/gil\.c")
        self.assertIn("written for sha256 " + "a" * 64, done.stderr)
        self.assertIn("found " + digest(GIL_C.encode()), done.stderr)
        self.assertFalse((self.folder / "src").exists())

    def test_anchor_twice(self):
        self.script("/^old/d\n")
        self.refuse_graft(r"/\^old/ matches 2 lines")

    def test_every_fault_is_named_at_once(self):
        self.script("/^nowhere/d\n/^old/d\n/^middle/w other\n")
        done = self.refuse_graft("matches 0 lines")
        self.assertRegex(done.stderr, "matches 2 lines")
        self.assertRegex(done.stderr, ":3: only the commands")

    def test_old_tree_stays_when_a_script_stops_fitting(self):
        self.graft()
        before = self.times()
        self.script("/^nowhere/d\n")
        self.refuse_graft("matches 0 lines")
        self.assertEqual(self.times(), before)

    def test_what_a_script_may_not_hold(self):
        for text, message in {
            "3d\n": "must be an anchored regular expression",
            "$a\nx\n.\n": "must be an anchored",
            "/first/d\n": "must be an anchored",
            "g/^first/d\n": "must be an anchored",
            "/^first/,3d\n": "must be an anchored",
            "/^first/p\n": "only the commands",
            "/^first/w x\n": "only the commands",
            "/^first/!ls\n": "only the commands",
            "\n": "must be an anchored",
            "/^first\n": 'does not end with "/"',
            "/^first/a\nx\n": 'does not end with a "\\."',
            "/^first/s/a/b\\\n/\n": "may not go on",
            "/^first\\(/d\n": "ed cannot read the address",
        }.items():
            with self.subTest(script=text):
                self.script(text)
                self.refuse_graft(message)

    def test_address_that_would_match_new_text(self):
        self.script("/^first/a\nmiddle of ours\n.\n/^middle/d\n")
        self.refuse_graft("also matches text that the script itself puts in")

    def test_range_that_runs_downwards(self):
        self.script("/^old end/,/^old body/d\n")
        self.refuse_graft("gil.c.ed: ed stopped")
        self.assertFalse((self.folder / "src").exists())

    def test_file_of_the_base(self):
        self.write("repo/Python/other.c", "ours now\n")
        self.refuse_graft("Python/other.c: the base has a file of that name")

    def test_script_without_file(self):
        self.script("/^x/d\n", "Python/nosuch.c.ed")
        self.refuse_graft("the base has no Python/nosuch.c")

    def test_no_base(self):
        shutil.rmtree(self.folder / "base")
        self.refuse("there is no base tree", "graft", "base", "src")

    def test_no_ed(self):
        for tool in "dirname", "cat", "rm":
            os.symlink(shutil.which(tool), self.tools / tool)
        os.symlink(shutil.which("sh"), self.tools / "sh")
        self.env["PATH"] = str(self.tools)
        self.refuse("ed is not installed: run ./bootstrap", "graft", "base", "src")


class Again(GraftTest):
    def test_unchanged_input_leaves_timestamps_alone(self):
        self.graft()
        before = self.times()
        self.assertEqual(self.graft().stderr, "")
        self.assertEqual(self.times(), before)

    def test_only_what_changed_gets_a_new_timestamp(self):
        self.write("repo/Python/plus_same.c", "same\n")
        self.graft()
        self.age()
        before = self.times()
        self.write("repo/Python/plus_new.c", "changed\n")
        self.graft()
        changed = [name for name, time in self.times().items() if time > before[name]]
        self.assertEqual(changed, ["Python/plus_new.c"])

    def test_file_that_goes_back_to_the_base_is_new_to_make(self):
        self.graft()
        self.age()
        (self.folder / "repo/Python/gil.c.ed").unlink()
        self.graft()
        self.assertEqual(self.text("Python/gil.c"), GIL_C)
        self.assertGreater(self.times()["Python/gil.c"], (OLD + 1) * 10**9)

    def test_removed_file_vanishes_and_the_list_of_objects_is_new(self):
        self.graft()
        self.age()
        (self.folder / "repo/Python/plus_new.c").unlink()
        self.graft()
        self.assertFalse((self.folder / "src/Python/plus_new.c").exists())
        self.assertGreater(self.times()["Makefile.pre.in"], (OLD + 1) * 10**9)

    def test_new_value(self):
        self.write("repo/Include/config.h.in", "@PLUS_VERSION@\n")
        self.graft()
        self.succeed("graft", "--set", "PLUS_VERSION=a|b&c\\d", "base", "src")
        self.assertEqual(self.text("Include/config.h"), "a|b&c\\d\n")

    def test_killed_between_the_renames(self):
        self.graft()
        before = self.times()
        os.rename(self.folder / "src", self.folder / "src.old")
        self.write("src.new/half", "x")
        self.graft()
        self.assertEqual(self.times(), before)
        self.assertFalse((self.folder / "src.new").exists())


class Digests(GraftTest):
    def test_one_row_per_script(self):
        done = self.succeed("graft", "--digests", "base")
        self.assertEqual(done.stdout, f"{digest(GIL_C.encode())}  Python/gil.c\n")


if __name__ == "__main__":
    unittest.main()
