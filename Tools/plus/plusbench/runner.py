# Copyright PythonPlus contributors.
"""Rounds: every case on every interpreter, interleaved, each in a fresh process."""
import json
import sys
import time

from . import children

STARTUP_LIMIT_S = 30        # for the start and the end of a child
WINDOW_FACTOR = 10          # of --seconds: solo, warm-up, window, and patience
FAILURES_ALLOWED = 3        # of one interpreter; then it is left alone


class Case:
    """A workload beside a number of CPU threads, and what to show of it."""

    def __init__(self, name, workload, title, metrics, cpu_threads=0, params=None,
                 quick=False):
        self.name = name
        self.workload = workload
        self.title = title
        self.metrics = metrics
        self.cpu_threads = cpu_threads
        self.params = params or {}
        self.quick = quick


def beside(number, name, workload, title, metrics, params=None, quick=()):
    """Return the Case beside this number of CPU threads: idle or "NAME+N"."""
    if number:
        name += "+%d" % number
        metrics += ("share",)
    else:
        metrics += ("cpu_us",)
    return Case(name, workload, beside_title(title, number), metrics, number, params,
                name in quick)


def beside_title(title, number):
    if not number:
        return title
    return "%s, beside %d CPU thread%s" % (title, number, "s" * (number > 1))


def order(number, round_number):
    """Return the order of the interpreters (indices) within a round.

    It turns round from one round to the next, so that a machine that gets
    slower or faster meanwhile favours none.
    """
    indices = list(range(number))
    return indices[::-1] if round_number % 2 else indices


def schedule(rounds, cases, number):
    """Yield (round, case, index of the interpreter), in the order of running."""
    for round_number in range(rounds):
        for case in cases:
            for index in order(number, round_number):
                yield round_number, case, index


class Unsupported(children.ChildFailed):
    """The case cannot be measured on this interpreter; that is no defect of it."""


class Run:
    """A run in progress: its results and failures so far."""
    failures_allowed = FAILURES_ALLOWED

    def __init__(self, interpreters, cases, rounds, seconds, limit=None):
        self.interpreters = interpreters
        self.cases = cases
        self.rounds = rounds
        self.seconds = seconds
        self.limit = limit or STARTUP_LIMIT_S + WINDOW_FACTOR * seconds
        self.results = []
        self.failures = []

    def go(self, progress):
        """Measure; progress(done, total, round, case, index) comes before each."""
        plan = list(schedule(self.rounds, self.cases, len(self.interpreters)))
        for done, (round_number, case, index) in enumerate(plan):
            if self._given_up(case, index):
                continue
            progress(done, len(plan), round_number, case, index)
            self._measure(round_number, case, index)

    def values(self, case, index, metric):
        """Return the values of all rounds, in their order."""
        return [result["values"][metric] for result in self._of(case, index)
                if result["values"].get(metric) is not None]

    def events(self, case, index):
        return sum(result["events"] for result in self._of(case, index))

    def _of(self, case, index):
        return [result for result in self.results
                if result["case"] == case.name and result["interpreter"] == index]

    def _given_up(self, case, index):
        failed = [failure["case"] for failure in self.failures
                  if failure["interpreter"] == index]
        broken = [failure for failure in self.failures
                  if failure["interpreter"] == index and not failure["unsupported"]]
        return case.name in failed or len(broken) >= self.failures_allowed

    def _measure(self, round_number, case, index):
        interpreter = self.interpreters[index]
        where = {"round": round_number, "case": case.name, "interpreter": index,
                 "at": time.time()}
        try:
            answer = children.run(interpreter.command, self._request(case), self.limit)
            check(answer, interpreter)
        except children.ChildFailed as error:
            self._failed(where, error)
        else:
            self.results.append(dict(where, **answer))

    def _failed(self, where, error):
        self.failures.append(dict(where, message=str(error),
                                  unsupported=isinstance(error, Unsupported)))

    def _request(self, case):
        return json.dumps({
            "workload": case.workload, "seconds": self.seconds,
            "cpu_threads": case.cpu_threads, "params": case.params,
            "client": [sys.executable] + children.FLAGS})


def check(answer, interpreter):
    """Refuse a figure that another scheduler made than the header names."""
    if "unsupported" in answer:
        raise Unsupported(answer["unsupported"])
    if not isinstance(answer.get("values"), dict):
        raise children.ChildFailed("gave no result")
    if answer["scheduler"] != interpreter.facts["scheduler"]:
        raise children.ChildFailed("ran under %s, not under %s" % (
            answer["scheduler"], interpreter.facts["scheduler"]))
