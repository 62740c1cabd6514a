#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Do sequences of operations on locks, conditions, threads, atomic blocks, forks and
signals, and compare what comes of it with a model.

usage: build/plus/python Tools/plus/fuzz.py [--seconds S] [--seed N]
       build/plus/python Tools/plus/fuzz.py FILE ...
       build/plus/python Tools/plus/fuzz.py --show FILE

The interpreter that runs this is the one that is tested; it may be a chaos build, or one
with a sanitizer. Without files the inputs are random, each about some kinds of objects;
"make fuzz" searches for inputs that reach new code. FILE is an input, or a folder of
inputs. An input that fails ends the run, with what was done, what came of it, and the
stacks of all threads.

Exit status 0 if the model agrees with all, 134 (SIGABRT) if not, 2 if the arguments are
wrong or plus_waits cannot be compiled.
"""
import argparse
import os
import random
import sys
import time

import output
from fuzzing import build_waits, operations

BUILD = os.path.join(os.path.dirname(os.path.realpath(sys.executable)), "fuzz")


def positive(text):
    number = float(text)
    if not 0 < number < float("inf"):
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds")
    return number


def arguments(argv):
    parser = argparse.ArgumentParser(prog="fuzz.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=positive, default=10, metavar="S",
                        help="how long random inputs are tried (10)")
    parser.add_argument("--seed", type=int, metavar="N", help="of the random inputs")
    parser.add_argument("--show", action="store_true", help="print what the files say instead")
    parser.add_argument("file", nargs="*", help="inputs, or folders of inputs")
    args = parser.parse_args(argv)
    if args.show and not args.file:
        parser.error("--show wants a file")
    return args


def files_of(paths):
    for path in paths:
        if os.path.isdir(path):
            yield from (os.path.join(path, name) for name in sorted(os.listdir(path)))
        else:
            yield path


def read_all(paths):
    inputs = {}
    for path in files_of(paths):
        with open(path, "rb") as file:
            inputs[path] = operations.decode(file.read())
    return inputs


def random_inputs(seconds, seed):
    rng = random.Random(seed)
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        few = rng.sample(sorted(operations.GROUPS), rng.randint(1, 3))
        choice = operations.of_groups(few)
        yield [(rng.randrange(operations.ACTORS), rng.choice(choice), rng.random() < 0.5)
               for _ in range(rng.randint(1, operations.LONGEST))]


def main(argv):
    args = arguments(argv)
    try:
        inputs = read_all(args.file)
    except OSError as exc:
        print(f"fuzz.py: {exc.filename} cannot be read: {exc.strerror}", file=sys.stderr)
        return 2
    if args.show:
        for path, script in inputs.items():
            print(f"{path}\n{operations.describe(script)}")
        return 0
    if not build_waits.is_native():
        print(f"fuzz.py: {sys.executable} has not our locks: use build/plus/python, built with "
              "native locks and conditions", file=sys.stderr)
        return 2
    try:
        build_waits.compile_waits(BUILD)
    except build_waits.CannotBuild as exc:
        print(f"fuzz.py: {exc}", file=sys.stderr)
        return 2
    sys.path.insert(0, BUILD)
    from fuzzing import trial
    if args.file:
        scripts = inputs.values()
    else:
        seed = random.randrange(2 ** 32) if args.seed is None else args.seed
        print(f"fuzz.py: seed {seed}", flush=True)
        scripts = random_inputs(args.seconds, seed)
    count = 0
    for script in scripts:
        trial.attempt(script)
        count += 1
    print(f"{count} inputs: the model agrees")
    return 0


if __name__ == "__main__":
    sys.exit(output.run(main, "fuzz.py"))
