"""The chaos build: delays and preemptions at random in the GIL, by a seed.

What chaos finds is the business of the other test files, when they run in such a
build (make chaos).  Here: that it is there, obeys its seed, and reaches what it
is meant to disturb.
"""

import _thread
import sys
import unittest
from test import support
from test.support import plus_helper

support.requires_subprocess()

SHOW_SEED = "import _thread; print(_thread.gil_info().chaos['seed'])"

# Contention of all kinds, and daemon threads that end in the queue.
CROWD = """
import _thread, threading, time

def burn():
    while True:
        pass

def block():
    while True:
        time.sleep(0.0001)

for function in burn, burn, block, block:
    threading.Thread(target=function, daemon=True).start()
for _ in range(200):
    time.sleep(0.001)
passed = _thread.gil_info().chaos["passed"]
print(*[label for label, times in passed.items() if not times])
"""


def run_python(*args, **env):
    return plus_helper.run([sys.executable, *args], **env)


class PlainTests(unittest.TestCase):
    @unittest.skipIf(plus_helper.CHAOS, "describes other builds")
    def test_a_plain_build_has_no_chaos(self):
        self.assertIsNone(_thread.gil_info().chaos)
        result = run_python("-c", "pass", PYTHONPLUS_CHAOS="nonsense")
        self.assertEqual((result.returncode, result.stderr), (0, ""))


@plus_helper.only_chaos
class SeedTests(unittest.TestCase):
    SEEDS = ["0", "1", "007", "4294967295"]
    WRONG = ["nonsense", "-1", "+1", " 1", "1 ", "1.0", "0x1", "4294967296", "9" * 100]

    def test_each_seed_is_obeyed(self):
        # Also where other variables are not: a failure must be repeatable.
        for seed in self.SEEDS:
            for options in [], ["-E"], ["-I"]:
                with self.subTest(seed=seed, options=options):
                    result = run_python(*options, "-c", SHOW_SEED, PYTHONPLUS_CHAOS=seed)
                    self.assertEqual(result.stderr, "")
                    self.assertEqual(int(result.stdout), int(seed))

    def test_a_seed_is_chosen_and_printed(self):
        seeds = set()
        for _ in range(4):
            result = run_python("-c", SHOW_SEED, PYTHONPLUS_CHAOS="")
            self.assertEqual(result.stderr, f"PYTHONPLUS_CHAOS={result.stdout}")
            seeds.add(int(result.stdout))
        self.assertEqual(len(seeds), 4)

    def test_a_wrong_seed_is_refused(self):
        for seed in self.WRONG:
            with self.subTest(seed=seed):
                result = run_python("-c", "print('ran')", PYTHONPLUS_CHAOS=seed)
                self.assertEqual((result.returncode, result.stdout), (1, ""))
                shown = seed if len(seed) < 60 else "9" * 60 + "..."
                self.assertIn("PYTHONPLUS_CHAOS must be an integer in range [0; 4294967295], "
                              f'not "{shown}"', result.stderr)


@plus_helper.only_chaos
class LabelTests(unittest.TestCase):
    # Only a thread that asks after finalization has begun passes this one.
    AT_THE_END = {"exit"}

    def test_every_transition_is_disturbed(self):
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                missed = set(plus_helper.run_child_ok(CROWD, policy=policy).split())
                self.assertEqual(missed, self.AT_THE_END)


if __name__ == "__main__":
    unittest.main()
