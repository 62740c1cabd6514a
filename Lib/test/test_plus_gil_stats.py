"""_thread.gil_stats(): what the GIL's scheduler has counted."""
import _thread
import inspect
import threading
import time
import unittest
from test.support import threading_helper

from test.support import plus_helper
from test.support.plus_helper import Burners, Repeaters, run_child_ok, run_threads

threading_helper.requires_working_threading(module=True)

COUNTERS = {"held_ns", "waited_ns", "longest_wait_ns", "takes", "takes_spun",
            "takes_parked", "parks", "parks_timed_out", "invitations", "lends",
            "asked_to_yield", "yields", "demotions", "longest_atomic_ns"}

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


def of_thread(ident):
    found = [t for t in _thread.gil_stats()["threads"] if t["ident"] == ident]
    return found[0] if found else None


class ShapeTests(unittest.TestCase):
    def test_names(self):
        stats = _thread.gil_stats()
        self.assertEqual(set(stats), {"total", "threads"})
        self.assertEqual(set(stats["total"]), COUNTERS | {"wanted_free_ns"})
        for thread in stats["threads"]:
            self.assertEqual(set(thread), COUNTERS | {"ident"})

    def test_counters_are_whole_and_not_negative(self):
        stats = _thread.gil_stats()
        for counters in [stats["total"], *stats["threads"]]:
            for name, value in counters.items():
                self.assertIs(type(value), int, name)
                self.assertGreaterEqual(value, 0, name)

    def test_every_name_is_explained(self):
        for name in COUNTERS | {"ident", "wanted_free_ns", "total", "threads"}:
            self.assertIn(name, _thread.gil_stats.__doc__)
        self.assertEqual(str(inspect.signature(_thread.gil_stats)), "()")

    def test_takes_no_arguments(self):
        self.assertRaises(TypeError, _thread.gil_stats, 1)

    def test_is_a_snapshot(self):
        _thread.gil_stats()["total"].clear()
        self.assertTrue(_thread.gil_stats()["total"])


class CountTests(unittest.TestCase):
    def test_a_release_is_followed_by_a_take(self):
        me = threading.get_ident()
        before = of_thread(me)["takes"]
        for _ in range(50):
            time.sleep(0)
        self.assertGreaterEqual(of_thread(me)["takes"], before + 50)

    def test_takes_are_the_sum_of_their_kinds_at_least(self):
        with Burners(2):
            time.sleep(0.1)
            total = _thread.gil_stats()["total"]
        self.assertGreaterEqual(total["takes"], total["takes_spun"] + total["takes_parked"])
        self.assertGreaterEqual(total["asked_to_yield"], total["yields"])

    def test_cpu_threads_wait_and_are_asked(self):
        before = _thread.gil_stats()["total"]
        with Burners(2):
            time.sleep(0.3)
        after = _thread.gil_stats()["total"]
        for name in "held_ns", "waited_ns", "asked_to_yield", "yields", "takes":
            self.assertGreater(after[name], before[name], name)

    def test_held_time_is_no_longer_than_the_time_that_passed(self):
        start, before = time.monotonic_ns(), _thread.gil_stats()["total"]["held_ns"]
        with Burners(2):
            time.sleep(0.3)
        held = _thread.gil_stats()["total"]["held_ns"] - before
        self.assertLessEqual(held, time.monotonic_ns() - start)

    def test_time_is_not_counted_twice(self):
        # A turn that began before the last one had ended took time from what was free.
        free, sleepers = [], [lambda: time.sleep(0.0001)] * 8
        with Repeaters(*sleepers), Burners(1):
            end = time.monotonic() + 1
            while time.monotonic() < end:
                free.append(_thread.gil_stats()["total"]["wanted_free_ns"])
                time.sleep(0)
        self.assertEqual(free, sorted(free))

    def test_the_longest_wait_is_one_of_the_waits(self):
        with Burners(1):
            for _ in range(5):
                time.sleep(0.001)
            mine = of_thread(threading.get_ident())
        self.assertLessEqual(mine["longest_wait_ns"], mine["waited_ns"])
        self.assertGreater(mine["longest_wait_ns"], 0)


class LifeTests(unittest.TestCase):
    def test_threads_come_and_go_but_their_counts_stay(self):
        before = _thread.gil_stats()["total"]["takes"]

        def work():
            for _ in range(100):
                time.sleep(0)
            return threading.get_ident(), of_thread(threading.get_ident())

        [(ident, mine)] = run_threads([work])
        self.assertGreaterEqual(mine["takes"], 100)
        self.assertGreaterEqual(_thread.gil_stats()["total"]["takes"], before + 100)

    def test_the_last_turn_of_a_thread_counts(self):
        # They compute in their last turn, which ends with the thread, while the burner
        # waits.  The thread measures its own CPU time, so other load does not matter.
        used = []

        def work():
            start = time.thread_time_ns()
            while time.thread_time_ns() < start + 2_000_000:
                pass
            used.append(time.thread_time_ns() - start)

        def held_by_the_ended():
            stats = _thread.gil_stats()
            return stats["total"]["held_ns"] - sum(t["held_ns"] for t in stats["threads"])

        with Burners(1):
            before = held_by_the_ended()
            for _ in range(20):
                run_threads([work])
            held = held_by_the_ended() - before
        self.assertGreater(held, sum(used) * 0.75)

    def test_threads_are_those_of_the_interpreter(self):
        run_child_ok("""if True:
            import _interpreters, _thread
            interp = _interpreters.create("legacy")
            code = "import _thread; assert len(_thread.gil_stats()['threads']) == 1"
            assert _interpreters.exec(interp, code) is None
            own = _interpreters.create("isolated")
            assert _interpreters.exec(own, code) is None
        """)

    def test_after_fork_only_the_child_is_left(self):
        run_child_ok("""if True:
            import _thread, os, threading, time
            threading.Thread(target=time.sleep, args=(0.5,)).start()
            pid = os.fork()
            if pid == 0:
                os._exit(len(_thread.gil_stats()["threads"]) != 1)
            assert os.waitpid(pid, 0)[1] == 0
        """)


if __name__ == "__main__":
    unittest.main()
