# Copyright PythonPlus contributors.
"""Run the tests of the GIL in a chaos build, once for each of several seeds.

usage: build/chaos/python Tools/plus/chaostest.py [--seeds N | --seed S [S ...]] [TEST ...]

The interpreter that runs this is the one that is tested. TEST is the name of a
test file; without one it is all of Lib/test/test_plus_*.py. PYTHONPLUS_CHAOS is
the seed of the delays and PLUS_TEST_SEED that of what the stress tests do.

Exit status 0 if all passed, 1 if a test failed with one of the seeds or none ran,
2 if the arguments are wrong or the interpreter has no chaos in it.
"""
import argparse
import os
import random
import sys

import output
import runtests

SEEDS = 2 ** 32


def seed(text):
    number = int(text)
    if not 0 <= number < SEEDS:
        raise argparse.ArgumentTypeError(f"{text} is not in range [0; {SEEDS - 1}]")
    return number


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="chaostest.py", description=__doc__.split("\n\n")[0])
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seeds", type=int, default=10, metavar="N",
                       help="so many seeds, chosen at random (10)")
    which.add_argument("--seed", type=seed, nargs="+", metavar="S", help="these seeds")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="test files at a time (2)")
    parser.add_argument("test", nargs="*", help="test files (test_plus_*)")
    args = parser.parse_args(argv)
    if args.seeds < 1:
        parser.error("--seeds must be at least 1")
    if args.j < 1:
        parser.error("-j must be at least 1")
    return args


def chaos_of_this_interpreter():
    import _thread
    info = getattr(_thread, "gil_info", lambda: None)()
    return getattr(info, "chaos", None)


def main(argv):
    args = arguments(argv)
    if chaos_of_this_interpreter() is None:
        print(f"chaostest.py: {sys.executable} is not a chaos build: use make chaos",
              file=sys.stderr)
        return 2
    tests = args.test or runtests.own_tests("test_plus_*.py")
    seeds = args.seed or random.sample(range(SEEDS), args.seeds)
    tally, bad = runtests.Tally(), {}
    for number in seeds:
        outcome = runtests.regrtest(f"PYTHONPLUS_CHAOS={number}", tests, args.j,
                                    PYTHONPLUS_CHAOS=str(number), PLUS_TEST_SEED=str(number))
        tally.add(*outcome)
        if outcome[-1]:
            bad[number] = outcome[-1]
    print()
    for number, failed in bad.items():
        print(f"FAILED with --seed {number}:", *failed)
    if not tally.ran:
        print("no test ran")
    print(f"{len(seeds)} seeds ({' '.join(map(str, seeds))}):", tally.line())
    return 1 if bad or not tally.ran else 0


if __name__ == "__main__":
    sys.exit(output.run(main, "chaostest.py"))
