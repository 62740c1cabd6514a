"""The scheduler knows each place in the code that releases the GIL from the others.

In every build: what link time optimization does to PyEval_SaveThread() must not make
its callers' callers of these places.
"""

import _thread
import os
import select
import signal
import threading
import time
import unittest
from test.support import plus_helper, threading_helper
from test.support.plus_helper import Burners, run_threads

threading_helper.requires_working_threading(module=True)

ROUNDS = 200


def lends():
    me = threading.get_ident()
    return sum(t["lends"] for t in _thread.gil_stats()["threads"] if t["ident"] == me)


def part_lent(short, long):
    """Call short() and long() in turns beside a CPU thread.  Returns how many of the
    releases in short() were lent, as a part of 1."""
    def work():
        before = lends()
        for _ in range(ROUNDS):
            long()
            short()
        return (lends() - before) / ROUNDS

    with Burners(1):
        return run_threads([work])[0]


@plus_helper.only_io
@plus_helper.only_undisturbed
class SiteTests(unittest.TestCase):
    # Expected: nearly all.  A release of a microsecond is lent; one of a millisecond in
    # between, taken for one at the same place, would make its average too long.
    # The functions of a pair are built-ins that are called in the same way: only the
    # places within them differ.
    def assert_told_apart(self, short, long):
        part = plus_helper.best_of(4, lambda: part_lent(short, long), lambda x: x > 0.25)
        self.assertGreater(part, 0.25)

    def setUp(self):
        self.null = os.open(os.devnull, os.O_RDWR)
        self.addCleanup(os.close, self.null)

    def test_write_and_sleep(self):
        self.assert_told_apart(lambda: os.write(self.null, b"x"),
                               lambda: time.sleep(0.001))

    def test_write_and_wait_for_a_signal(self):
        self.assert_told_apart(lambda: os.write(self.null, b"x"),
                               lambda: signal.sigtimedwait([], 0.001))

    def test_lseek_and_wait_for_a_signal(self):
        self.assert_told_apart(lambda: os.lseek(self.null, 0, os.SEEK_SET),
                               lambda: signal.sigtimedwait([], 0.001))

    def test_fstat_and_poll(self):
        poll = select.poll()
        self.assert_told_apart(lambda: os.fstat(self.null), lambda: poll.poll(1))

    def test_short_and_long_of_one_function(self):
        # The other way about: one place, of which nothing can be known.
        part = plus_helper.best_of(
            4, lambda: part_lent(lambda: time.sleep(0), lambda: time.sleep(0.001)),
            lambda x: x < 0.25)
        self.assertLess(part, 0.25)


if __name__ == "__main__":
    unittest.main()
