"""Who looks after the GIL while it is taken: one waiter for all, not each for itself.

Counts, not times: how many of the waiters' sleeps ended by a deadline.
"""

import _thread
import threading
import time
import unittest
from test.support import plus_helper, threading_helper
from test.support.plus_helper import Burners, Repeaters, SwitchInterval, run_child_ok

threading_helper.requires_working_threading(module=True)

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


def compute(seconds):
    end = time.thread_time() + seconds
    while time.thread_time() < end:
        pass


def sleep_and_work():
    time.sleep(0.2)
    compute(0.00005)


def counted(seconds):
    """Return how far each counter of all threads goes in that time."""
    before = _thread.gil_stats()["total"]
    time.sleep(seconds)
    after = _thread.gil_stats()["total"]
    return {name: after[name] - before[name] for name in after}


class WatchTests(unittest.TestCase):
    def setUp(self):
        size = threading.stack_size(256 * 1024)
        self.addCleanup(threading.stack_size, size)

    def test_sleeps_are_ended_by_who_has_the_gil(self):
        # Expected: next to none.  The first waiter sleeps to a deadline after which it
        # may ask, and most turns are over before that; all others sleep without one.
        # stock: the first waiter asks a CPU thread, and only that; the others wait.
        def figures():
            with Repeaters(*[sleep_and_work] * 300), Burners(1):
                time.sleep(0.3)
                return counted(1)

        counts = plus_helper.best_of(
            3, figures, lambda c: c["parks"] and c["parks_timed_out"] < c["parks"] / 4)
        self.assertGreater(counts["parks"], 0)
        self.assertLess(counts["parks_timed_out"], counts["parks"] / 4)

    def test_no_more_sleeps_end_in_vain_than_there_is_time_for(self):
        # One deadline at a time: waiting for a turn of a long time slice, ten threads
        # look after it as often as one does.  Each for itself, they would ten times.
        with SwitchInterval(0.02), Burners(10):
            start = time.monotonic()
            counts = counted(1)
            slices = (time.monotonic() - start) / 0.02
        # After each slice a new first waiter, and a few looks to a slice.
        self.assertLess(counts["parks_timed_out"], 4 * slices)

    def test_a_waiter_behind_the_first_is_not_forgotten(self):
        # The first ones come and go; each of the others becomes the first at some time.
        with Repeaters(*[lambda: compute(0.002)] * 3,
                       *[lambda: time.sleep(0.001)] * 20) as threads:
            threads.wait_for_progress()
            threads.wait_for_progress()


class IntervalTests(unittest.TestCase):
    def test_any_interval_is_borne(self):
        # The largest ones overflowed as nanoseconds; a microsecond is the least.
        for interval in ("1e-9", "1e-6", "100.0", "1e10", "threading.TIMEOUT_MAX"):
            with self.subTest(interval=interval):
                run_child_ok(f"""if True:
                    import sys, threading, time
                    sys.setswitchinterval({interval})
                    end = time.monotonic() + 0.3
                    def cpu():
                        while time.monotonic() < end:
                            pass
                    def io():
                        while time.monotonic() < end:
                            time.sleep(0.001)
                    lock = threading.Lock()
                    threads = [threading.Thread(target=f) for f in (cpu, cpu, io, io)]
                    for t in threads:
                        t.start()
                    lock.acquire()
                    assert not lock.acquire(timeout=0.01)
                    for t in threads:
                        t.join()
                """)

    @plus_helper.only_io
    def test_a_long_interval_does_not_bar_io(self):
        # The interval is for CPU threads among themselves.
        with SwitchInterval(100.0), Burners(1):
            late = plus_helper.best_of(
                4, lambda: plus_helper.median(plus_helper.lateness(times=30)),
                lambda late: late < 0.02 * plus_helper.PATIENCE)
        self.assertLess(late, 0.02 * plus_helper.PATIENCE)

    def assert_hogs_are_put_back(self, interval):
        # Beside a CPU thread, whose time the reference follows.
        def demotions():
            with Burners(1):
                for _ in range(100):
                    time.sleep(0.005)       # looks at the burner, and so charges it
                hog = lambda: (compute(0.01), time.sleep(0.0001))
                with Repeaters(hog, hog):
                    return counted(0.5)["demotions"]

        with SwitchInterval(interval):
            found = plus_helper.best_of(4, demotions, lambda n: n > 0)
        self.assertGreater(found, 0)

    @plus_helper.only_io
    def test_a_long_interval_gives_no_long_credit(self):
        # The CPU thread has run for half a second; a thread that comes then may not
        # have the GIL for as long before they share it.
        self.assert_hogs_are_put_back(100.0)

    @plus_helper.only_io
    def test_a_short_interval_does_not_forgive_all_debts(self):
        # They are of half a millisecond at least: a hog that nobody ever put back would
        # have the GIL whenever it wants.
        self.assert_hogs_are_put_back(1e-6)


if __name__ == "__main__":
    unittest.main()
