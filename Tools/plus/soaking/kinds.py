# Copyright PythonPlus contributors.
"""The kinds of work, and how many threads do each.

A worker is a generator: it yields after each unit of its work.  Who adds one writes
the function and a row here; a unit must be over within a second or so on an idle
machine, and leave nothing behind.
"""
from soaking import network, processes, traps, waits

MAIN = "signals"            # runs in the main thread, for handlers do

KINDS = {
    "locks": (waits.locks, 3),
    "conditions": (waits.conditions, 3),
    "queues": (waits.queues, 3),
    "pools": (waits.pools, 1),
    "partners": (waits.partners, 2),
    "churn": (waits.churn, 3),
    "finalizers": (waits.finalizers, 1),
    "signals": (waits.signals, 1),
    "forks": (processes.forks, 1),
    "subprocesses": (processes.subprocesses, 1),
    "interpreters": (processes.interpreters, 1),
    "udp": (network.udp, 1),
    "web": (network.web, 1),
    "cpu": (network.cpu, 2),
}
# What soak.py must catch; only run when named.
TRAPS = {
    "leak": (traps.leak, 1),
    "stall": (traps.stall, 1),
    "fail": (traps.fail, 1),
    "hang": (traps.hang, 1),
}


def choose(names):
    return {name: (KINDS | TRAPS)[name] for name in names}
