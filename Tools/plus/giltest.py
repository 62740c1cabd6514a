#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Compare how interpreters schedule their threads.

Every case is measured in a fresh process of each interpreter, interleaved,
for a number of rounds: a thing that threads do, alone ("idle") and beside
CPU threads ("+1", "+2"), with what the CPU threads achieve meanwhile.

  giltest.py --python stock=build/stock/python plus=build/plus/python
  giltest.py --python build/plus/python "build/plus/python -X plus_gil=stock"

A new case is a function in plusbench/workloads and a row of FAMILIES, or of
SCENARIOS if it has always the same number of CPU threads.
"""
import sys

from plusbench import main
from plusbench.runner import Case, beside, beside_title

RATE = ("rate",)
LATE = ("p50", "p99")
REPLY = ("rate", "p50", "p99")
SWEEP = ("own", "share", "rate")
MADE = ("each", "bytes")

# name, workload, what one event is, beside how many CPU threads, metrics, params
FAMILIES = (
    ("lock", "pingpong:lock", "round trip by two threading.Lock",
     (0, 1, 2), RATE, {}),
    ("condition", "pingpong:condition", "item through one slot and a threading.Condition",
     (0, 1, 2), RATE, {}),
    ("queue", "pingpong:queues", "round trip by two queue.Queue",
     (0, 1, 2), RATE, {}),
    ("event", "pingpong:event", "round trip by two threading.Event",
     (0, 1, 2), RATE, {}),
    ("barrier", "pingpong:barrier", "round trip by one threading.Barrier(2)",
     (0,), RATE, {}),
    ("queue100", "pingpong:one_way", "item one way through queue.Queue(100)",
     (0, 1), RATE, {"size": 100}),
    ("pool", "pingpong:executor", "ThreadPoolExecutor(4): submit and result",
     (0, 1), RATE, {"threads": 4}),
    ("sleep", "sleeper:lateness", "wake-up from time.sleep(0.001): how late",
     (0, 1, 2), LATE, {"pause_s": 0.001}),
    ("udp", "network:udp_echo", "UDP echo: request and answer",
     (0, 1, 2), REPLY, {}),
    ("asyncio", "network:asyncio_echo", "asyncio stream echo: request and answer",
     (0, 1, 2), REPLY, {}),
    ("tcp", "network:tcp_send", "TCP send of 512 bytes",
     (0, 1), RATE, {"bytes": 512}),
    ("ensure", "foreign:ensure", "3 nested PyGILState_Ensure() by a thread of C",
     (0, 1), RATE, {"depth": 3}),
)
# name, workload, what one event is, CPU threads, metrics, params
SCENARIOS = (
    ("mix", "steps:system_call", "as much work in steps, with a system call per step",
     2, ("jain", "least", "most", "total"), {}),
    ("cpued", "steps:sleep_zero", "little work and time.sleep(0)",
     2, ("own", "share", "rate"), {}),
    ("writenums", "writers:write_numbers", "number written by one of 2 threads",
     0, ("rate", "jain", "least", "cpu_us"), {"threads": 2}),
    ("blocked100", "blocked:wake_one", "wake-up of one of 100 blocked threads",
     2, ("p50", "p99", "rate", "share"), {"threads": 100, "pause_s": 0.001}),
    ("blocked1000", "blocked:wake_one", "wake-up of one of 1,000 blocked threads",
     2, ("p50", "p99", "rate", "share"), {"threads": 1000, "pause_s": 0.001}),
    ("longcall", "longcall:keep", "sleep(0.001) beside calls of 50 ms: how late",
     0, ("p50", "p99"), {"pause_s": 0.001, "call_s": 0.05}),
    ("subshared", "subinterpreters:compute_and_answer",
     "UDP echo beside 8 computing subinterpreters, one GIL",
     0, ("rate", "p50", "p99", "total", "jain"), {"interpreters": 8, "own_gil": False}),
    ("subown", "subinterpreters:compute_and_answer",
     "UDP echo beside 8 computing subinterpreters, a GIL each",
     0, ("rate", "p50", "p99", "total", "jain"), {"interpreters": 8, "own_gil": True}),
    ("gilcost", "releases:cost", "release and take of a GIL that nobody else wants",
     0, ("ns",), {}),
    ("oplock", "uncontended:operation", "with lock: pass", 0, ("each",), {"what": "lock"}),
    ("oprlock", "uncontended:operation", "with rlock: pass", 0, ("each",), {"what": "rlock"}),
    ("opcond", "uncontended:operation", "with cond: pass", 0, ("each",), {"what": "cond"}),
    ("opnotify", "uncontended:operation", "with cond: cond.notify()",
     0, ("each",), {"what": "notify"}),
    ("opacquire", "uncontended:operation", "cond.acquire(); cond.release()",
     0, ("each",), {"what": "acquire"}),
    ("opisset", "uncontended:operation", "event.is_set()", 0, ("each",), {"what": "isset"}),
    ("opevent", "uncontended:operation", "event.set(); event.clear()",
     0, ("each",), {"what": "event"}),
    ("opsemaphore", "uncontended:operation", "with semaphore: pass",
     0, ("each",), {"what": "semaphore"}),
    ("opatomic", "uncontended:operation", "with atomic: pass; on stock with lock: pass",
     0, ("each",), {"what": "atomic"}),
    ("opflag", "uncontended:operation", "set_atomic(set_atomic(True)); on stock as above",
     0, ("each",), {"what": "flag"}),
    ("opqueue", "uncontended:operation", "queue.put(1); queue.get()",
     0, ("each",), {"what": "queue"}),
    *((name, "uncontended:operation", "the same once a program has looked inside",
       0, ("each",), {"what": name})
      for name in ("plaincond", "plainnotify", "plainevent", "plainisset",
                   "plainsemaphore")),
    *((name, "uncontended:operation",
       "the same made of the atomic flag; on stock threading's or queue's",
       0, ("each",), {"what": name})
      for name in ("atlock", "atrlock", "atcond", "atnotify", "atevent", "atsemaphore",
                   "atqueue")),
    ("newlock", "uncontended:making", "threading.Lock()", 0, MADE, {"what": "lock"}),
    ("newrlock", "uncontended:making", "threading.RLock()", 0, MADE, {"what": "rlock"}),
    ("newcond", "uncontended:making", "threading.Condition()", 0, MADE, {"what": "cond"}),
    ("newevent", "uncontended:making", "threading.Event()", 0, MADE, {"what": "event"}),
    ("newsemaphore", "uncontended:making", "threading.Semaphore()",
     0, MADE, {"what": "semaphore"}),
    ("wake1000", "uncontended:notify_all", "thread of 1,000 that one notify_all() wakes",
     0, ("through",), {"threads": 1000}),
    ("sweep1us", "releases:sweep", "release of 1 us", 1, SWEEP, {"ns": 1000}),
    ("sweep10us", "releases:sweep", "release of 10 us", 1, SWEEP, {"ns": 10000}),
    ("sweep100us", "releases:sweep", "release of 100 us", 1, SWEEP, {"ns": 100000}),
    ("sweep1ms", "releases:sweep", "release of 1 ms", 1, SWEEP, {"ns": 1000000}),
    ("sweep10ms", "releases:sweep", "release of 10 ms", 1, SWEEP, {"ns": 10000000}),
)
CPU_THREADS = (1, 2, 4, 8)
QUICK = {"cpu2", "lock", "lock+1", "queue+1", "sleep+1", "udp", "udp+1", "asyncio+1",
         "mix"}


def cpu_case(number):
    name = "cpu%d" % number
    title = "iterations of %d CPU thread%s" % (number, "s" * (number > 1))
    metrics = ("rate",)
    if number > 1:
        title += ", against one"
        metrics = ("e", "jain", "least", "most")
    return Case(name, "cputhreads:efficiency", title, metrics, number,
                quick=name in QUICK)


def family_cases():
    for name, workload, title, numbers, metrics, params in FAMILIES:
        for number in numbers:
            yield beside(number, name, workload, title, metrics, params, QUICK)


def scenario_cases():
    for name, workload, title, number, metrics, params in SCENARIOS:
        yield Case(name, workload, beside_title(title, number), metrics, number,
                   params, name in QUICK)


class GilTest(main.Tool):
    name = "giltest.py"
    description = __doc__
    seconds, quick_seconds, rounds = 1.0, 0.2, 5

    def cases(self, opts):
        return [*map(cpu_case, CPU_THREADS), *family_cases(), *scenario_cases()]


if __name__ == "__main__":
    sys.exit(main.run(GilTest()))
