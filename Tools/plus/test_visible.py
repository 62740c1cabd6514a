# Copyright PythonPlus contributors.
"""Tests of visible.py: what it finds, what it refuses, and that its table is read.

usage: python3 Tools/plus/test_visible.py
"""
import contextlib
import io
import os
import signal
import subprocess
import sys
import tempfile
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

import visible
from plusvisible import judge, page, table, values

LIMIT_S = 200               # for a command of these tests
HEAD = "| id | what | CPython | here | why |\n|---|---|---|---|---|\n"
ROW = "| `%s` | seen | a | b | so |\n"
UNPROBED = "| `%s` | seen | a | b | so. Not probed: %s |\n"

# The two interpreters of these tests differ by -X dev.
DIFFERS = """
import sys
from plusvisible.table import shows

@shows(%s)
def mode():
    return sys.flags.dev_mode
"""
SAME = """
from plusvisible.table import shows

@shows(%s)
def number():
    return 5
"""
HANGS = """
import sys, time
from plusvisible.table import shows

@shows(%s)
def sleeper():
    if sys.flags.dev_mode is %s:
        time.sleep(100)
    return "awake"
"""


class Folder(unittest.TestCase):
    """A table and a page of its own for each test."""

    def setUp(self):
        # main() sets them.
        for number in signal.SIGINT, signal.SIGTERM:
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        folder = tempfile.TemporaryDirectory(prefix="plus-visible-")
        self.addCleanup(folder.cleanup)
        self.page = os.path.join(folder.name, "page.md")
        self.properties = os.path.join(folder.name, "properties")
        os.mkdir(self.properties)
        self.rows("some")

    def rows(self, *names, more=""):
        with open(self.page, "w", encoding="utf-8") as f:
            f.write(HEAD + "".join(ROW % name for name in names) + more)

    def write(self, text, name="topic"):
        with open(os.path.join(self.properties, name + ".py"), "w", encoding="utf-8") as f:
            f.write(text)

    def command(self, *arguments):
        return [sys.executable, os.path.join(HERE, "visible.py"), "--page", self.page,
                "--properties", self.properties, *arguments]

    def pair(self):
        return ["--python", "one=" + sys.executable, "two=%s -X dev" % sys.executable]

    def run_tool(self, *arguments, status=0):
        """Run the tool on the two; return what it prints, with errors."""
        ended = subprocess.run(self.command(*arguments), stdout=subprocess.PIPE,
                               stderr=subprocess.STDOUT, text=True, timeout=LIMIT_S)
        self.assertEqual(ended.returncode, status, ended.stdout)
        return ended.stdout

    def refused(self, *arguments):
        """Run the tool in this process, which must refuse in one line; return the line."""
        text = io.StringIO()
        with contextlib.redirect_stderr(text), contextlib.redirect_stdout(text):
            try:
                status = visible.main(self.command(*arguments)[2:])
            except SystemExit as end:
                status = end.code
        text = text.getvalue()
        self.assertEqual((status, text.count("\n")), (2, 1), text)
        self.assertTrue(text.startswith("visible.py: "), text)
        return text


class WhatIsFound(Folder):
    def test_all_as_listed(self):
        self.write(DIFFERS % "'some'")
        self.write(SAME % "", "other")
        text = self.run_tool(*self.pair())
        self.assertIn("2 properties: 1 must be the same, 1 must differ; 0 faults", text)

    def test_values_that_differ_as_listed_are_shown(self):
        self.write(DIFFERS % "'some'")
        text = self.run_tool(*self.pair(), "--verbose")
        self.assertRegex(text, r"topic\.mode: some\n +one +False\n +two +True")

    def test_differs_and_is_not_listed(self):
        self.write(DIFFERS % "")
        self.rows(more=UNPROBED % ("quick", "a matter of time"))
        text = self.run_tool(*self.pair(), status=1)
        self.assertRegex(text, r"topic\.mode: differs, and no row is named for it\n"
                               r" +one +False\n +two +True")

    def test_is_listed_and_does_not_differ(self):
        self.write(SAME % "'some'")
        text = self.run_tool(*self.pair(), status=1)
        self.assertIn("topic.number: does not differ, as the page says with some", text)

    def test_id_that_the_page_lacks(self):
        self.write(DIFFERS % "'some', 'other'")
        text = self.run_tool(*self.pair(), status=1)
        self.assertIn("topic.mode: the page has no row `other`", text)

    def test_row_that_no_property_shows(self):
        self.write(DIFFERS % "'some'")
        self.rows("some", "forgotten")
        text = self.run_tool(*self.pair(), status=1)
        self.assertIn("no property shows the row `forgotten`", text)
        # A part of the table cannot show all rows.
        self.run_tool(*self.pair(), "--only", "topic.mode")

    def test_row_that_is_not_probed(self):
        self.write(DIFFERS % "'some'")
        self.rows("some", more=UNPROBED % ("quick", "a matter of time"))
        self.run_tool(*self.pair())
        self.write(DIFFERS % "'some', 'quick'")
        text = self.run_tool(*self.pair(), status=1)
        self.assertIn("the row `quick` says \"Not probed\", and it is", text)

    def test_hangs_on_the_second(self):
        for ids in "", "'some'":
            with self.subTest(ids=ids):
                self.write(HANGS % (ids, True))
                text = self.run_tool(*self.pair(), "--limit", "3", status=1)
                self.assertRegex(text, r"topic\.sleeper: the second must show a value\n"
                                       r" +one +awake\n +two +hangs for 3 s")

    def test_hangs_on_the_first_as_listed(self):
        self.write(HANGS % ("'some'", False))
        text = self.run_tool(*self.pair(), "--limit", "3", "--verbose")
        self.assertRegex(text, r"one +hangs for 3 s\n +two +awake")
        self.write(HANGS % ("", False))
        text = self.run_tool(*self.pair(), "--limit", "3", status=1)
        self.assertIn("topic.sleeper: the first must show a value", text)

    def test_a_property_at_fault(self):
        for body, words in (("return nothing", "raises NameError: name 'nothing' is not defined"),
                            ("os.kill(os.getpid(), 9)", "dies of SIGKILL"),
                            ("os._exit(3)", "dies with status 3"),
                            ("raise SystemExit(4)", "raises SystemExit: 4"),
                            ("__import__('time').sleep(100)", "hangs for 2 s")):
            with self.subTest(body=body):
                self.write("import os\nfrom plusvisible.table import shows\n\n"
                           "@shows('some')\ndef bad():\n    %s\n" % body)
                text = self.run_tool(*self.pair(), "--limit", "2", status=1)
                self.assertIn("topic.bad: the second must show a value", text)
                self.assertIn(words, text)

    def test_told_does_not_hide_a_mistake(self):
        self.write("from plusvisible.helpers import told\nfrom plusvisible.table import shows\n"
                   "@shows()\ndef bad(): return told(lambda: nothing)\n"
                   "@shows()\ndef good(): return told(lambda: [].nothing)\n")
        self.rows(more=UNPROBED % ("quick", "so"))
        text = self.run_tool(*self.pair(), status=1)
        self.assertIn("topic.bad: the second must show a value", text)
        self.assertNotIn("topic.good", text)

    def test_each_property_has_a_process_of_its_own(self):
        self.write("import sys, os\nfrom plusvisible.table import shows\nseen = []\n"
                   "@shows(over='abc')\ndef letter(item):\n"
                   "    seen.append(item)\n    print('noise', flush=True)\n    return seen\n"
                   "@shows('some')\ndef mode(): return sys.flags.dev_mode, len(seen)\n")
        text = self.run_tool(*self.pair(), "-j", "1", "--verbose")
        self.assertIn("(True, 0)", text)
        self.assertIn("4 properties", text)

    def test_what_a_property_leaves_behind_ends(self):
        # A child that holds the pipe, and would go on for long.
        self.write("import os, sys, time\nfrom plusvisible.table import shows\n"
                   "@shows('some')\ndef parent():\n"
                   "    if not os.fork():\n        time.sleep(100)\n    return sys.flags.dev_mode\n"
                   "@shows()\ndef big(): return 'x' * 300000\n")
        begin = time.monotonic()
        self.run_tool(*self.pair(), "--limit", "60")
        self.assertLess(time.monotonic() - begin, 50)

    def test_unsteady_is_told_and_no_fault(self):
        mark = os.path.join(self.properties, "mark")
        self.write("import os, sys\nfrom plusvisible.table import shows\n@shows()\ndef once():\n"
                   "    if not sys.flags.dev_mode: return 1\n"
                   "    first = not os.path.exists(%r)\n    open(%r, 'w').close()\n"
                   "    return 2 if first else 1\n" % (mark, mark))
        self.rows(more=UNPROBED % ("quick", "so"))
        text = self.run_tool(*self.pair())
        self.assertIn("unsteady:\n  topic.once", text)
        self.assertIn("0 faults, 1 unsteady", text)

    def test_list(self):
        self.write(DIFFERS % "'some'" + "\n@shows(over=['a', 'b'], but={'b': ('some',)})\n"
                   "def each(item): return item\n")
        self.assertEqual(self.run_tool("--list"),
                         "topic.mode  differs: some\ntopic.each[a]\ntopic.each[b]  differs: some\n")
        for pattern in ("topic.each", "topic.each*", "topic.each[[]?]",
                        "topic.each[a],topic.each[b]"):
            with self.subTest(pattern=pattern):
                text = self.run_tool("--list", "--only", pattern)
                self.assertEqual(text.count("\n"), 2, text)

    def test_stopped(self):
        self.write(HANGS % ("", True))
        for number in signal.SIGINT, signal.SIGTERM:
            with self.subTest(signal=number):
                process = subprocess.Popen(self.command(*self.pair(), "--limit", "100"),
                                           stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                                           text=True)
                process.stdout.readline()
                time.sleep(1)
                process.send_signal(number)
                text, _ = process.communicate(timeout=LIMIT_S)
                self.assertEqual(process.returncode, 130, text)
                self.assertIn("visible.py: stopped", text)


class WhatIsRefused(Folder):
    def setUp(self):
        super().setUp()
        self.write(DIFFERS % "'some'")

    def test_arguments(self):
        python = "one=" + sys.executable
        for arguments, words in (
                ([], "give either --python"),
                (["--list", *self.pair()], "give either --python"),
                (["--python", python], "expected 2 arguments"),
                (["--python", python, python], "twice the same"),
                (["--python", python, "two=/nowhere/python"], "there is no such program"),
                (["--python", python, "two=" + self.page], "no executable file"),
                (["--python", python, "two=/bin/true"], "gave no result"),
                ([*self.pair(), "--only", "nothing"], "--only nothing: no such property"),
                ([*self.pair(), "--limit", "0"], "not a number from"),
                ([*self.pair(), "-j", "x"], "not a whole number"),
                ([*self.pair(), "--page", self.page + "x"], "No such file"),
                ([*self.pair(), "--properties", self.page], "no files of properties"),
                (["--colour"], "")):
            with self.subTest(arguments=arguments):
                self.assertIn(words, self.refused(*arguments))

    def test_pages(self):
        for text, words in (
                ("", "no row of a table"),
                (HEAD, "no row of a table"),
                (HEAD + "| `a` | b | c | d |\n", ":3: a row has 5 columns"),
                (HEAD + "| a | b | c | d | e |\n", ":3: a row has 5 columns"),
                (HEAD + "| `A` | b | c | d | e |\n", "of small letters"),
                (HEAD + "| `a` | b | | d | e |\n", "something in each"),
                (HEAD + ROW % "a" + ROW % "a", ":4: there is another row `a`"),
                (HEAD + "| `a` | b | c | d | e. Not probed: |\n", "say why after")):
            with self.subTest(text=text):
                with open(self.page, "w", encoding="utf-8") as f:
                    f.write(text)
                self.assertIn(words, self.refused(*self.pair()))
        with open(self.page, "wb") as f:
            f.write(b"\xff\xfe")
        self.assertIn("page.md: ", self.refused(*self.pair()))

    def test_tables(self):
        for text, words in (
                ("syntax error", "SyntaxError"),
                ("import nothing_at_all", "ModuleNotFoundError"),
                ("from plusvisible.table import shows\n@shows\ndef a(): pass\n", "write @shows()"),
                ("from plusvisible.table import shows\n@shows(over='ab', but={'c': ()})\n"
                 "def a(item): pass\n", "is not in over="),
                ("from plusvisible.table import shows\n@shows()\ndef a(): pass\n"
                 "@shows()\ndef a(): pass\n", "two properties are called a"),
                ("from plusvisible.table import shows\n@shows(over='aa')\ndef a(item): pass\n",
                 "two properties have this name")):
            with self.subTest(text=text):
                self.write(text)
                self.assertIn(words, self.refused(*self.pair()))


class Parts(unittest.TestCase):
    def test_normalized(self):
        self.assertEqual(values.text(["<x at 0x7f0011223344>", 123456, 12345.5, "a'b"]),
                         "['<x at 0x>', N, 12345.5, \"a'b\"]")
        self.assertEqual(values.text({"b", "a"}), values.text({"a", "b"}))
        self.assertEqual(values.text({"b": 1, "a": 2}), "{'b': 1, 'a': 2}")
        self.assertEqual(values.text(os.path.dirname(os.__file__) + "/x.py"), "LIB/x.py")

    def test_a_bar_in_a_cell(self):
        with tempfile.NamedTemporaryFile("w", suffix=".md") as f:
            f.write(HEAD + "| `a-1` | `x \\| y` | c | d | e |\n")
            f.flush()
            self.assertEqual(page.read(f.name), {"a-1": None})

    def test_the_first_may_die_only_as_listed(self):
        prop = table.Property("a.b", None, (), ("some",))
        dead, shown = ("dies", "of SIGSEGV"), ("shows", "5")
        self.assertIsNone(judge.of_property(prop, dead, shown))
        self.assertTrue(judge.of_property(prop, shown, dead))
        self.assertTrue(judge.of_property(prop, ("raises", "x"), shown))
        self.assertTrue(judge.of_property(prop, dead, dead))


class TheTable(unittest.TestCase):
    """The real one, as far as one interpreter can tell."""

    @classmethod
    def setUpClass(cls):
        cls.table = table.load()
        cls.rows = page.read(visible.PAGE)

    def test_it_fits_the_page(self):
        self.assertEqual(judge.of_page(self.table, self.rows, "page", True), [])

    def test_its_size(self):
        self.assertGreater(len({each.name.split("[")[0] for each in self.table}), 250)

    def test_one_interpreter_does_not_differ_from_itself(self):
        for number in signal.SIGINT, signal.SIGTERM:        # main() sets them
            self.addCleanup(signal.signal, number, signal.getsignal(number))
        # A part that is quick, and whose values might hold addresses and the like.
        names = "event,semaphore,condition.r*,inspection.bound*,pickling.plain*"
        with contextlib.redirect_stdout(io.StringIO()) as out:
            status = visible.main(["--python", "one=" + sys.executable,
                                   "two=%s -X dev" % sys.executable, "--only", names])
        lines = [line for line in out.getvalue().splitlines() if line.startswith("  ")]
        faults = [line for line in lines if "differs, and no row" in line or "must show" in line]
        self.assertEqual(faults, [], out.getvalue())
        self.assertIn(status, (0, 1))       # 1: what should differ does not


if __name__ == "__main__":
    unittest.main()
