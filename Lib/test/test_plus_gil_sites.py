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
    def setUp(self):
        self.null = os.open(os.devnull, os.O_RDWR)
        self.addCleanup(os.close, self.null)

    def test_places_are_told_apart(self):
        # Expected: nearly all.  A release of a microsecond is lent; one of a millisecond
        # in between, taken for one at the same place, would make its average too long.
        # The functions of a pair are built-ins that are called in the same way: only the
        # places within them differ.  Two places of a pair may share a slot of the table
        # of places by chance, which depends on the build; not those of three pairs.
        poll, null = select.poll(), self.null
        pairs = [
            (lambda: os.write(null, b"x"), lambda: time.sleep(0.001)),
            (lambda: os.write(null, b"x"), lambda: signal.sigtimedwait([], 0.001)),
            (lambda: os.lseek(null, 0, os.SEEK_SET), lambda: signal.sigtimedwait([], 0.001)),
            (lambda: os.fstat(null), lambda: poll.poll(1)),
        ]
        parts = [plus_helper.best_of(4, lambda: part_lent(*pair), lambda part: part > 0.25)
                 for pair in pairs]
        self.assertGreaterEqual(sum(part > 0.25 for part in parts), 2, parts)

    def test_short_and_long_of_one_function(self):
        # The other way about: one place, of which nothing can be known.
        part = plus_helper.best_of(
            4, lambda: part_lent(lambda: time.sleep(0), lambda: time.sleep(0.001)),
            lambda x: x < 0.25)
        self.assertLess(part, 0.25)


if __name__ == "__main__":
    unittest.main()
