# Copyright PythonPlus contributors.
"""Show what threading.atomic is for: programs that are right with it and wrong without.

usage: PYTHON Tools/plus/atomicdemo.py [--seconds S] [--without]

Run it with stock CPython, which has no threading.atomic, and with PythonPlus:

    build/stock/python Tools/plus/atomicdemo.py
    build/plus/python Tools/plus/atomicdemo.py

On stock, and with --without, the blocks do nothing. Each program runs for S seconds
(1) at a switch interval of 1 us, so that what could happen does.

Exit status 0 if nothing went wrong, 1 if something did, 2 if the arguments are wrong.
"""
import argparse
import contextlib
import sys
import threading
import time

import output

THREADS = 4
SWITCH_INTERVAL_S = 1e-6


class TwoCounters:
    """Two counters are updated together: does anybody see them differ?"""

    title, what = "two counters, updated together", "looks saw them differ"

    def __init__(self, atomic):
        self.atomic = atomic
        self.a = self.b = 0
        self.looks = self.wrong = 0

    def write(self):
        with self.atomic:
            self.a += 1
            abs(0)
            self.b += 1

    def look(self):
        with self.atomic:
            a, b = self.a, self.b
        self.looks += 1
        self.wrong += a != b

    def threads(self):
        return [self.write, self.look]

    def result(self):
        return self.looks, self.wrong


class Updates:
    """Threads add to a value: does each addition count?"""

    title, what = "value = f(value), in four threads", "updates were lost"

    def __init__(self, atomic):
        self.atomic = atomic
        self.value = 0
        self.done = [0] * THREADS

    def add(self, i):
        with self.atomic:
            value = self.value
            self.value = abs(value) + 1
        self.done[i] += 1

    def threads(self):
        return [lambda i=i: self.add(i) for i in range(THREADS)]

    def result(self):
        return sum(self.done), sum(self.done) - self.value


class SimpleLock:
    """A lock that needs no lock."""

    def __init__(self, atomic):
        self.atomic = atomic
        self.taken = False

    def acquire(self):
        while True:
            with self.atomic:
                if not self.taken:
                    abs(0)
                    self.taken = True
                    return
            time.sleep(0)

    def release(self):
        self.taken = False


class Locked:
    """Is the lock ever taken twice?"""

    title, what = "SimpleLock, which needs no lock", "times it was taken twice"

    def __init__(self, atomic):
        self.lock = SimpleLock(atomic)
        self.inside = []
        self.taken = self.wrong = 0

    def use(self):
        self.lock.acquire()
        self.inside.append(1)
        abs(0)
        self.wrong += len(self.inside) > 1
        self.taken += 1
        self.inside.pop()
        self.lock.release()

    def threads(self):
        return [self.use] * THREADS

    def result(self):
        return self.taken, self.wrong


class CheckThenAct:
    """An entry is made unless it is there: is one made twice?"""

    title, what = "check, then act, on a dictionary", "entries were made twice"

    def __init__(self, atomic):
        self.atomic = atomic
        self.entries = {}
        self.made = [0] * THREADS
        self.keys = [0] * THREADS

    def make(self, i):
        self.made[i] += 1
        return object()

    def get(self, i):
        key = self.keys[i] = max(self.keys[i] + 1, max(self.keys) - 1)
        with self.atomic:
            if key not in self.entries:
                self.entries[key] = self.make(i)

    def threads(self):
        return [lambda i=i: self.get(i) for i in range(THREADS)]

    def result(self):
        return len(self.entries), sum(self.made) - len(self.entries)


def run(program, seconds):
    """Let the program's threads go on for so many seconds."""
    stop = False

    def repeat(function):
        while not stop:
            function()

    threads = [threading.Thread(target=repeat, args=(f,)) for f in program.threads()]
    before = sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    try:
        for thread in threads:
            thread.start()
        time.sleep(seconds)
    finally:
        stop = True
        for thread in threads:
            thread.join()
        sys.setswitchinterval(before)
    return program.result()


def positive(text):
    number = float(text)
    if not 0 < number <= 3600:
        raise argparse.ArgumentTypeError(f"{text} is not a number of seconds up to 3600")
    return number


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="atomicdemo.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("--seconds", type=positive, default=1, metavar="S",
                        help="how long each program runs (1)")
    parser.add_argument("--without", action="store_true", help="let the blocks do nothing")
    return parser.parse_args(argv)


def main(argv):
    args = arguments(argv)
    atomic = None if args.without else getattr(threading, "atomic", None)
    print(sys.executable, "with threading.atomic" if atomic else "without threading.atomic")
    failed = False
    for make in TwoCounters, Updates, Locked, CheckThenAct:
        all_, wrong = run(make(atomic or contextlib.nullcontext()), args.seconds)
        failed |= wrong != 0
        print(f"  {make.title:34}  {wrong:>9,} of {all_:>9,} {make.what}", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(output.run(main, "atomicdemo.py"))
