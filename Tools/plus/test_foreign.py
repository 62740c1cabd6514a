# Copyright PythonPlus contributors.
"""A thread that Python did not create is charged for the GIL like any other."""
import os
import sys
import time
import unittest
from test.support import plus_helper, threading_helper

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
from plusbench.workloads import Unsupported, native

threading_helper.requires_working_threading(module=True)

SECONDS = 0.3
ATTEMPTS = 4


class ForeignThreadTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        try:
            cls.foreign = native.load("foreign")
        except Unsupported as reason:
            raise unittest.SkipTest(str(reason)) from None

    def burned(self):
        """Return what a CPU thread does of the time beside the foreign thread."""
        with plus_helper.Burners(1) as burners:
            self.foreign.start(1)
            try:
                burners.wait_for_progress()
                before = burners.counts[0], time.monotonic()
                time.sleep(SECONDS)
                beside = (burners.counts[0] - before[0]) / (time.monotonic() - before[1])
            finally:
                self.foreign.stop()
            before = burners.counts[0], time.monotonic()
            time.sleep(SECONDS)
            alone = (burners.counts[0] - before[0]) / (time.monotonic() - before[1])
        return beside / alone

    def test_a_new_thread_state_for_each_call_leaves_a_share(self):
        # Each call of PyGILState_Ensure() makes a thread state.  Expected: a half, for
        # the time that one has used is charged to the next.  If each began with the
        # credit of a new thread, the CPU thread would get a tenth.
        share = plus_helper.best_of(ATTEMPTS, self.burned, lambda share: share > 0.2)
        self.assertGreater(share, 0.2)


if __name__ == "__main__":
    unittest.main()
