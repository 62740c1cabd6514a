"""How the user chooses the scheduler: -X plus_gil, PYTHONPLUS_GIL."""

import _thread
import os
import sys
import sysconfig
import tempfile
import unittest
from test import support
from test.support import plus_helper

support.requires_subprocess()

SHOW_POLICY = "import _thread; print(_thread.gil_info().policy)"


def run_python(*args, **env):
    return plus_helper.run([sys.executable, *args], **env)


class ChoiceTests(unittest.TestCase):
    # options, value of PYTHONPLUS_GIL or None, policy
    CHOICES = [
        (["-X", "plus_gil=io"], None, "io"),
        (["-X", "plus_gil=stock"], None, "stock"),
        (["-Xplus_gil=stock"], None, "stock"),
        ([], "io", "io"),
        ([], "stock", "stock"),
        # The option is nearer to the user than the environment.
        (["-X", "plus_gil=io"], "stock", "io"),
        (["-X", "plus_gil=stock"], "io", "stock"),
        (["-X", "plus_gil=io"], "io", "io"),
        # -E and -I ignore the environment, not the command line.
        (["-E", "-X", "plus_gil=io"], "stock", "io"),
        (["-I", "-X", "plus_gil=stock"], "io", "stock"),
        # Other options do not get in the way.
        (["-X", "dev", "-X", "plus_gil=stock", "-X", "utf8"], None, "stock"),
    ]

    def test_each_way_to_choose_is_obeyed(self):
        for options, value, policy in self.CHOICES:
            with self.subTest(options=options, value=value):
                env = {} if value is None else {"PYTHONPLUS_GIL": value}
                result = run_python(*options, "-c", SHOW_POLICY, **env)
                self.assertEqual(result.stderr, "")
                self.assertEqual(result.stdout.strip(), policy)
                self.assertEqual(result.returncode, 0)

    def default(self):
        return run_python("-c", SHOW_POLICY).stdout.strip()

    def test_the_default_is_a_policy(self):
        self.assertIn(self.default(), plus_helper.POLICIES)

    def test_the_environment_is_ignored_when_asked_to(self):
        default = self.default()
        for option in "-E", "-I":
            for value in "io", "stock", "nonsense":
                with self.subTest(option=option, value=value):
                    result = run_python(option, "-c", SHOW_POLICY, PYTHONPLUS_GIL=value)
                    self.assertEqual(result.stdout.strip(), default, result.stderr)

    def test_an_empty_variable_is_as_good_as_none(self):
        # As for all variables that CPython reads.
        result = run_python("-c", SHOW_POLICY, PYTHONPLUS_GIL="")
        self.assertEqual(result.stdout.strip(), self.default(), result.stderr)

    def test_children_inherit_the_variable(self):
        code = ("import subprocess, sys; "
                f"subprocess.run([sys.executable, '-c', {SHOW_POLICY!r}])")
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                result = run_python("-c", code, PYTHONPLUS_GIL=policy)
                self.assertEqual(result.stdout.strip(), policy, result.stderr)


class RefusalTests(unittest.TestCase):
    WRONG = ["", "fast", "IO", "Stock", " io", "io ", "io,stock", "0", "iostock",
             "i", "x" * 1000, "\u00ef\u00f6", "stock=io"]

    def assert_refused(self, result, name):
        self.assertEqual(result.returncode, 1, result)
        self.assertEqual(result.stdout, "")
        for word in name, '"io"', '"stock"':
            self.assertIn(word, result.stderr)

    def test_a_wrong_option_is_refused(self):
        for value in self.WRONG:
            with self.subTest(value=value):
                result = run_python("-X", f"plus_gil={value}", "-c", "print('ran')")
                self.assert_refused(result, "-X plus_gil")

    def test_the_option_needs_a_value(self):
        result = run_python("-X", "plus_gil", "-c", "print('ran')")
        self.assert_refused(result, "-X plus_gil")

    def test_a_wrong_variable_is_refused(self):
        for value in filter(None, self.WRONG):
            with self.subTest(value=value):
                result = run_python("-c", "print('ran')", PYTHONPLUS_GIL=value)
                self.assert_refused(result, "PYTHONPLUS_GIL")

    def test_a_wrong_hash_seed_is_refused_in_the_same_way(self):
        # The model: if CPython's exit status changes one day, ours should too.
        result = run_python("-c", "print('ran')", PYTHONHASHSEED="nonsense")
        self.assertEqual((result.returncode, result.stdout), (1, ""))
        self.assertIn("PYTHONHASHSEED", result.stderr)

    # What is given, and how it is shown.
    SHOWN = [("x", "x"), ("stock=io", "stock=io"), (" io", " io"), ("\t\x1b[1m", r"\x09\x1b[1m"),
             ("y" * 60, "y" * 60), ("y" * 61, "y" * 60 + "..."), ("y" * 100000, "y" * 60 + "...")]

    def test_the_message_says_what_was_given(self):
        variables = ("PYTHONPLUS_GIL", '"io" or "stock"'), \
            ("PYTHONPLUS_ATOMIC_WARN", "a number of milliseconds, 0 (never) to 3600000")
        for name, wanted in variables:
            option = name.lower().removeprefix("python")
            for value, shown in [*self.SHOWN, ("\u00ef\u20ac", None)]:
                with self.subTest(name=name, value=value):
                    by_name = r"\xc3\xaf\xe2\x82\xac" if shown is None else shown
                    result = run_python("-c", "pass", PYTHONUTF8="1", **{name: value})
                    self.assertIn(f'{name} must be {wanted}, not "{by_name}"\n', result.stderr)
                    by_option = r"\xef\U000020ac" if shown is None else shown
                    result = run_python("-X", f"{option}={value}", "-c", "pass", PYTHONUTF8="1")
                    self.assertIn(f'-X {option} must be {wanted}, not "{by_option}"\n',
                                  result.stderr)
            result = run_python("-X", option, "-c", "pass")
            self.assertIn(f'-X {option} must be {wanted}, not ""\n', result.stderr)

    def test_no_code_runs_before_the_refusal(self):
        with tempfile.TemporaryDirectory() as folder:
            trace = os.path.join(folder, "trace")
            with open(os.path.join(folder, "sitecustomize.py"), "w") as f:
                f.write(f"open({trace!r}, 'w').close()\n")
            run_python("-c", "pass", PYTHONPATH=folder)
            self.assertTrue(os.path.exists(trace), "this test tests nothing")
            os.unlink(trace)
            run_python("-X", "plus_gil=fast", "-c", "pass", PYTHONPATH=folder)
            self.assertFalse(os.path.exists(trace))


class HelpTests(unittest.TestCase):
    # option, what its text must have
    PAGES = [("--help-xoptions", ["-X plus_gil=", "PYTHONPLUS_GIL", "io", "stock"]),
             ("--help-env", ["PYTHONPLUS_GIL", "-X plus_gil", "io", "stock"]),
             ("--help-all", ["-X plus_gil=", "PYTHONPLUS_GIL  "])]

    def test_help_tells_of_the_switch(self):
        for option, words in self.PAGES:
            with self.subTest(option=option):
                result = run_python(option)
                self.assertEqual(result.returncode, 0)
                for word in words:
                    self.assertIn(word, result.stdout)


class IdentityTests(unittest.TestCase):
    """Wheels, caches and programs take PythonPlus for the CPython that it is."""

    def test_the_tags_are_those_of_cpython(self):
        tag = "cpython-%d%d" % sys.version_info[:2]
        self.assertEqual(sys.implementation.name, "cpython")
        self.assertEqual(sys.implementation.cache_tag, tag)
        soabi = sysconfig.get_config_var("SOABI")
        self.assertTrue(soabi.startswith(tag + sys.abiflags + "-"), soabi)

    def test_the_version_string_has_both_versions(self):
        self.assertTrue(sys.version.startswith("%d.%d.%d" % sys.version_info[:3]))
        self.assertIn(f"PythonPlus {_thread.gil_info().version}", sys.version)

    def test_our_modules_are_known_to_be_of_the_library(self):
        # isort and its like ask this; so does the hint to a forgotten import.
        self.assertLessEqual({"atomiclocks", "_threading_atomic"}, sys.stdlib_module_names)
        result = run_python("-c", "atomiclocks.Lock()")
        self.assertIn("Did you forget to import 'atomiclocks'?", result.stderr)

    def test_the_policy_changes_no_flag(self):
        code = "import sys; print(sys.flags, sys.implementation, sys.version)"
        outputs = {plus_helper.run_child_ok(code, policy=policy)
                   for policy in plus_helper.POLICIES}
        self.assertEqual(len(outputs), 1, outputs)


if __name__ == "__main__":
    unittest.main()
