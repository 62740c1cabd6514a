# Copyright PythonPlus contributors.
"""Reasons not to believe a figure, and what to measure again.

Every threshold is a convention of ours, wide enough that a quiet machine
stays below it; a doubt is printed, it is no failure.
"""
import re
import shlex

from . import report, stats

LOAD_AT_START = 0.5         # runnable threads, average of the last minute
OTHERS_CPUS = 0.2           # CPUs that other processes kept busy meanwhile
ROUNDS = 3                  # below this the spread says nothing
SPREAD_PERCENT = 10
TAIL_SPREAD_PERCENT = 30    # p50 and p99 vary by their nature
RATIO_SPREAD_PERCENT = 3    # of times taken turn by turn
DRIFT_PERCENT = 20          # between the solo rates around a window
EVENTS = 100                # of a case, over all rounds
CPUS = 2


class Doubts:
    """The doubts of a run, as sentences, and the cases that they concern."""

    def __init__(self, run, machine, others_cpus):
        self.texts = []
        self.cases = []
        self._machine(machine, others_cpus)
        self._builds(run)
        if run.rounds < ROUNDS:
            self.texts.append("%d round%s: too few for a spread; --rounds %d or more"
                              % (run.rounds, "s" * (run.rounds > 1), ROUNDS))
        for case in run.cases:
            self._case(run, case)

    def _machine(self, machine, others_cpus):
        load, quota = machine["load_1min"], machine["cgroup_cpu_max"]
        if load is not None and load > LOAD_AT_START:
            self.texts.append("the machine was loaded at the start (load %.2f)" % load)
        if others_cpus is not None and others_cpus > OTHERS_CPUS:
            self.texts.append("other processes kept %.1f CPUs busy during the run"
                              % others_cpus)
        if machine["cpus_allowed"] < CPUS:
            self.texts.append("one CPU only: client and server take turns on it")
        if quota and not quota.startswith("max"):
            self.texts.append("the container has a CPU quota (cpu.max: %s)" % quota)

    def _builds(self, run):
        kinds = {}
        for index, interpreter in enumerate(run.interpreters, 1):
            facts = interpreter.facts
            if facts["debug"]:
                self.texts.append("[%d] is a debug build" % index)
            kinds.setdefault(facts["implementation"], {}).setdefault(
                build_kind(facts), []).append("[%d]" % index)
        for alike in kinds.values():
            if len(alike) > 1:
                self.texts.append("not built alike: " + "; ".join(
                    "%s %s" % (" ".join(who), kind) for kind, who in alike.items()))

    def _case(self, run, case):
        found = []
        for index in range(len(run.interpreters)):
            found += _columns_doubts(run, case, index)
        if found:
            self.texts.append("%s: %s" % (case.name, ", ".join(found)))
            self.cases.append(case.name)


def _columns_doubts(run, case, index):
    """Return the doubts about one case on one interpreter."""
    who, found = "on [%d]" % (index + 1), []
    for name in report.shown_metrics(case):
        if name == "time":
            # Its ratios are what counts: the times follow the core's own speed.
            values, limit = report.paired(run, case, name, index), RATIO_SPREAD_PERCENT
        else:
            values = run.values(case, index, name)
            limit = TAIL_SPREAD_PERCENT if name in ("p50", "p99") else SPREAD_PERCENT
        spread = stats.spread_percent(values) if values else None
        if spread is not None and spread > limit:
            found.append("%s +-%.0f%% %s" % (report.METRICS[name].title, spread, who))
    if run.values(case, index, case.metrics[0]) and run.events(case, index) < EVENTS:
        found.append("only %d events %s" % (run.events(case, index), who))
    drift = run.values(case, index, "drift")
    if drift and stats.median(drift) > DRIFT_PERCENT:
        found.append("the CPU's own speed drifts by %.0f%% %s" % (stats.median(drift), who))
    failed = sum(run.values(case, index, "failed"))
    if failed:
        found.append("%d events failed %s" % (failed, who))
    return found


def build_kind(facts):
    """Return in words what of a build decides its speed."""
    level = (re.findall(r"-O\w+", facts["cflags"]) or ["no -O"])[-1]
    args = facts["config_args"]
    words = [level]
    words += ["PGO"] * ("--enable-optimizations" in args)
    words += ["LTO"] * ("--with-lto" in args)
    words += ["debug"] * facts["debug"]
    return " ".join(words)


def rerun(command, pythons, cases, rounds, seconds):
    """Return the command that measures the doubtful cases with more care."""
    if pythons:
        command = command + ["--python"] + pythons
    command = command + ["--only", ",".join(cases), "--rounds", str(2 * rounds + 1),
                "--seconds", "%g" % max(1, 2 * seconds)]
    return shlex.join(command)
