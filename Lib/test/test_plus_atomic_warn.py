"""Atomic blocks that keep others waiting: the warning, its options, gil_stats()."""

import _thread
import sys
import threading
import time
import unittest
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import Burners, run_child_ok
from threading import atomic

support.requires_subprocess()
threading_helper.requires_working_threading(module=True)

# The warning names line 9 of this, or 19, or 22.
PROGRAM = """if True:
    import _thread, sys, threading, time
    from threading import atomic
    def burn():
        while not stop:
            pass
    stop = False
    def block(seconds):
        with atomic:
            until = time.monotonic() + seconds
            while time.monotonic() < until:
                pass
    @atomic
    def decorated(seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pass
    def call(seconds):
        decorated(seconds)
    def flag(seconds):
        _thread.set_atomic(True)
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pass
        _thread.set_atomic(False)
    def waiting(seconds):
        with atomic:
            for _ in range(20):
                time.sleep(seconds / 20)
    thread = threading.Thread(target=burn)
    if "alone" not in sys.argv:
        thread.start()
    try:
        globals()[sys.argv[1]](float(sys.argv[2]))
    finally:
        stop = True
"""
WORDS = "an atomic block kept other threads waiting for"


class WarningTests(unittest.TestCase):
    def warnings(self, function, *options, seconds=0.3, alone=False, status=0, **env):
        """Run one of the program's functions; return the warnings that it causes."""
        result = plus_helper.run(
            [sys.executable, *options, "-c", PROGRAM, function, str(seconds),
             *["alone"] * alone], **env)
        self.assertEqual(result.returncode, status, result.stderr)
        return [line for line in result.stderr.splitlines() if WORDS in line]

    def assert_warns_of(self, line, warnings):
        self.assertEqual(len(warnings), 1, warnings)
        self.assertRegex(warnings[0], rf"^<string>:{line}: RuntimeWarning: {WORDS} [0-9]+ ms$")

    def test_the_with_statement_is_named(self):
        self.assert_warns_of(9, self.warnings("block", "-X", "plus_atomic_warn=20"))

    def test_the_call_of_a_decorated_function_is_named(self):
        self.assert_warns_of(19, self.warnings("call", "-X", "plus_atomic_warn=20"))

    def test_the_end_of_the_flag_is_named(self):
        self.assert_warns_of(25, self.warnings("flag", "-X", "plus_atomic_warn=20"))

    def test_the_time_is_that_of_the_wait(self):
        began = time.monotonic()
        [warning] = self.warnings("block", "-X", "plus_atomic_warn=1", seconds=0.3)
        ms = int(warning.split()[-2])
        self.assertGreater(ms, 0)
        self.assertLess(ms, (time.monotonic() - began) * 1000)

    def test_in_development_mode(self):
        self.assert_warns_of(9, self.warnings("block", "-X", "dev", seconds=0.6))
        self.assert_warns_of(9, self.warnings("block", seconds=0.6, PYTHONDEVMODE="1"))

    def test_not_by_default(self):
        self.assertEqual(self.warnings("block"), [])

    def test_not_of_short_blocks(self):
        self.assertEqual(self.warnings("block", "-X", "plus_atomic_warn=60000"), [])
        self.assertEqual(self.warnings("block", "-X", "dev", seconds=0.001), [])

    def test_not_if_nobody_waits(self):
        self.assertEqual(self.warnings("block", "-X", "plus_atomic_warn=1", alone=True), [])

    @plus_helper.only_undisturbed
    def test_not_of_time_in_which_others_could_run(self):
        self.assertEqual(
            self.warnings("waiting", "-X", "plus_atomic_warn=150", seconds=0.5), [])

    def test_each_way_to_choose(self):
        choices = [
            (["-X", "plus_atomic_warn=0"], None, False),
            (["-X", "dev", "-X", "plus_atomic_warn=0"], None, False),
            ([], "20", True),
            ([], "0", False),
            (["-X", "plus_atomic_warn=0"], "20", False),
            (["-X", "plus_atomic_warn=20"], "0", True),
            (["-X", "dev"], "0", False),
            (["-E"], "20", False),
            (["-I", "-X", "plus_atomic_warn=20"], "0", True),
        ]
        for options, value, warns in choices:
            with self.subTest(options=options, value=value):
                env = {} if value is None else {"PYTHONPLUS_ATOMIC_WARN": value}
                self.assertEqual(len(self.warnings("block", *options, **env)), warns)

    def test_as_an_error(self):
        [error] = self.warnings("block", "-X", "plus_atomic_warn=20", "-W", "error", status=1)
        self.assertRegex(error, rf"^RuntimeWarning: {WORDS} [0-9]+ ms$")

    def test_the_warning_comes_after_the_block(self):
        out = run_child_ok("""
            import _thread, threading, time, warnings
            def show(*args):
                print(_thread.get_atomic())
            warnings.showwarning = show
            stop = False
            thread = threading.Thread(target=lambda: [None for _ in iter(lambda: stop, True)])
            thread.start()
            with threading.atomic:
                with threading.atomic:
                    until = time.monotonic() + 0.3
                    while time.monotonic() < until:
                        pass
            stop = True
        """, "-X", "plus_atomic_warn=20")
        self.assertEqual(out, "False\n")


class OptionTests(unittest.TestCase):
    WRONG = ["", "x", "-1", "+5", " 5", "5 ", "1.5", "1e3", "0x10", "3600001", "9" * 30,
             "5=6", "\u0664"]

    def assert_refused(self, result, name):
        self.assertEqual(result.returncode, 1, result)
        self.assertEqual(result.stdout, "")
        self.assertIn(f"{name} must be a number of milliseconds", result.stderr)

    def test_wrong_options_are_refused(self):
        for value in self.WRONG:
            with self.subTest(value=value):
                result = plus_helper.run([sys.executable, "-X", f"plus_atomic_warn={value}",
                                          "-c", "print('ran')"])
                self.assert_refused(result, "-X plus_atomic_warn")

    def test_the_option_needs_a_value(self):
        result = plus_helper.run([sys.executable, "-X", "plus_atomic_warn", "-c", "print(1)"])
        self.assert_refused(result, "-X plus_atomic_warn")

    def test_wrong_variables_are_refused(self):
        for value in filter(None, self.WRONG):
            with self.subTest(value=value):
                result = plus_helper.run([sys.executable, "-c", "print('ran')"],
                                         PYTHONPLUS_ATOMIC_WARN=value)
                self.assert_refused(result, "PYTHONPLUS_ATOMIC_WARN")

    def test_the_limits_are_accepted(self):
        for value in "0", "1", "007", "3600000":
            result = plus_helper.run([sys.executable, "-X", f"plus_atomic_warn={value}",
                                      "-c", "print('ran')"])
            self.assertEqual((result.returncode, result.stdout), (0, "ran\n"), result.stderr)

    def test_help(self):
        for option in "--help-xoptions", "--help-env", "--help-all":
            text = plus_helper.run([sys.executable, option]).stdout
            self.assertIn("plus_atomic_warn", text)
            self.assertIn("PYTHONPLUS_ATOMIC_WARN", text)


class StatsTests(unittest.TestCase):
    def longest(self):
        me = threading.get_ident()
        stats = _thread.gil_stats()
        [mine] = [t["longest_atomic_ns"] for t in stats["threads"] if t["ident"] == me]
        self.assertGreaterEqual(stats["total"]["longest_atomic_ns"], mine)
        return mine

    def spin(self, seconds):
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            pass

    def test_the_longest_is_kept(self):
        results = plus_helper.run_threads([self.measure])
        self.assertEqual(results, [None])

    def measure(self):
        # In a thread of its own, for which nothing was counted before.
        self.assertEqual(self.longest(), 0)
        with atomic:
            self.spin(0.05)
        with Burners(1) as burners:
            burners.wait_for_progress()
            start = time.monotonic_ns()
            for _ in support.busy_retry(support.SHORT_TIMEOUT):
                with atomic:
                    self.spin(0.05)
                if self.longest():
                    break
            longest = self.longest()
            self.assertLess(longest, time.monotonic_ns() - start)
            for _ in range(3):
                with atomic:
                    self.spin(0.001)
            self.assertGreaterEqual(self.longest(), longest)

    def test_requests_are_counted_once(self):
        def mine():
            me = threading.get_ident()
            return next(t for t in _thread.gil_stats()["threads"] if t["ident"] == me)

        with Burners(1) as burners:
            burners.wait_for_progress()
            before = mine()
            with atomic:
                self.spin(0.1)              # the burner asks again each 5 ms
            during = mine()
        self.assertLessEqual(during["asked_to_yield"] - before["asked_to_yield"], 3)


if __name__ == "__main__":
    unittest.main()
