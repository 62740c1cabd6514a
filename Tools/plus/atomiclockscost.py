# Copyright PythonPlus contributors.
"""Compare the locks of atomiclocks with those of threading and queue.

usage: PYTHON Tools/plus/atomiclockscost.py [--rounds N] [--seconds S]

Measures in the interpreter that runs it: operations that nobody else disturbs, in ns,
and round trips between two threads, per second. Both modules take turns in each of N
rounds (5); a figure takes S seconds (0.1). Prints medians and ± half the interquartile
range. Without threading.atomic, on CPython, there is one column only.

Exit status 0, or 2 if the arguments are wrong.
"""
import argparse
import queue
import sys
import threading
import time
import timeit

from plusbench import stats

try:
    import atomiclocks
except ImportError:
    atomiclocks = None

BATCH = 1000

# title: what is made, what is done with it
OPERATIONS = {
    "with lock:": ("Lock", "with it: pass"),
    "with rlock:": ("RLock", "with it: pass"),
    "with semaphore:": ("Semaphore", "with it: pass"),
    "with cond:": ("Condition", "with it: pass"),
    "with cond: cond.notify()": ("Condition", "with it: it.notify()"),
    "event.set(); event.clear()": ("Event", "it.set(); it.clear()"),
    "queue.put(1); queue.get()": ("Queue", "it.put(1); it.get()"),
    "Lock()": ("Lock", "make()"),
    "Condition()": ("Condition", "make()"),
}


def find(module, name):
    """Return the class; the queues are in a module of their own beside threading."""
    return getattr(queue if name == "Queue" and module is threading else module, name)


def operation(name, statement):
    """Return a function (module, seconds) -> ns of the statement."""
    def measure(module, seconds):
        make = find(module, name)
        timer = timeit.Timer(statement, globals={"make": make, "it": make()})
        end, times = time.perf_counter() + seconds, []
        while not times or time.perf_counter() < end:
            times.append(timer.timeit(BATCH) / BATCH * 1e9)
        return stats.median(times)
    return measure


def ping_pong(make, send, receive):
    """Return a function (module, seconds) -> round trips/s of two threads."""
    def measure(module, seconds):
        there, back = make(module), make(module)
        going = True

        def answer():
            while going:
                receive(there)
                send(back)

        thread = threading.Thread(target=answer, daemon=True)
        thread.start()
        start, trips = time.perf_counter(), 0
        while time.perf_counter() - start < seconds:
            send(there)
            receive(back)
            trips += 1
        rate = trips / (time.perf_counter() - start)
        going = False
        send(there)
        thread.join()
        return rate
    return measure


def locked(module):
    lock = module.Lock()
    lock.acquire()
    return lock


CASES = {f"`{title}`, ns": operation(*what) for title, what in OPERATIONS.items()} | {
    "`Lock` round trips/s": ping_pong(locked, lambda lock: lock.release(),
                                      lambda lock: lock.acquire()),
    "`Queue` round trips/s": ping_pong(lambda module: find(module, "Queue")(),
                                       lambda q: q.put(1), lambda q: q.get()),
}


def text(values):
    return f"{stats.median(values):,.0f} ± {stats.spread_percent(values):.0f} %"


def main(argv):
    parser = argparse.ArgumentParser(prog="atomiclockscost.py",
                                     description=__doc__.split("\n\n")[0])
    parser.add_argument("--rounds", type=int, default=5, metavar="N", help="rounds (5)")
    parser.add_argument("--seconds", type=float, default=0.1, metavar="S",
                        help="seconds for a figure (0.1)")
    args = parser.parse_args(argv)
    if args.rounds < 2:
        parser.error("--rounds must be at least 2: the table has spreads")
    if not 0 < args.seconds <= 60:
        parser.error("--seconds must be between 0 and 60")
    modules = [threading] + ([atomiclocks] if atomiclocks else [])
    print(f"{sys.version}, {args.rounds} rounds")
    print("| | " + " | ".join(module.__name__ for module in modules) + " |")
    print("|---" * (len(modules) + 1) + "|")
    for title, measure in CASES.items():
        values = [[] for _ in modules]
        for _ in range(args.rounds):
            for module, column in zip(modules, values):
                column.append(measure(module, args.seconds))
        print(f"| {title} | " + " | ".join(map(text, values)) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
