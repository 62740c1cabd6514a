# Copyright PythonPlus contributors.
"""The JSON file: every value of every round, and where it comes from."""
import json
import math

from . import files, interpreters, report, runner

FORMAT = 2                  # grows when a reader of old files would go wrong


class Damaged(Exception):
    """What should be a saved run is none; the text says what to do."""


def content(tool, run, machine, doubts, others_cpus, interrupted):
    """Return what the file holds, as a dictionary."""
    return {
        "format": FORMAT, "tool": tool, "machine": machine,
        "others_cpus": others_cpus, "interrupted": interrupted,
        "rounds": run.rounds, "seconds": run.seconds,
        "interpreters": [dict(interpreter.facts, label=interpreter.label,
                              command=interpreter.command)
                         for interpreter in run.interpreters],
        "cases": [{"name": case.name, "title": case.title, "workload": case.workload,
                   "metrics": list(case.metrics), "cpu_threads": case.cpu_threads,
                   "params": case.params}
                  for case in run.cases],
        "summary": report.summary(run, lambda case: report.shown_metrics(case, True)),
        "doubts": doubts.texts, "failures": run.failures, "results": run.results,
    }


def write(path, what):
    """Write the file as a whole or not at all."""
    with files.whole("--json", path) as temporary:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(what, file, indent=1)
            file.write("\n")


def read(path):
    """Return (run, machine) of a file that write() wrote."""
    try:
        with open(path, encoding="utf-8") as file:
            text = file.read()
    except (OSError, UnicodeDecodeError) as error:
        raise Damaged("%s: cannot be read (%s); name a file that --json wrote"
                      % (path, getattr(error, "strerror", None) or "not text"))
    try:
        return parse(text)
    except Damaged as error:
        raise Damaged("%s: %s" % (path, error))


def parse(text):
    """Return (run, machine) of what a file holds."""
    try:
        data = json.loads(text)
        found = data["format"]
    except (ValueError, LookupError, TypeError, RecursionError):
        raise Damaged("this is no whole file of --json; measure again")
    if found != FORMAT:
        raise Damaged("format %r, this tool reads %d; measure again" % (found, FORMAT))
    try:
        run = _run(data)
        _check(run)
        return run, dict(data["machine"])
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise Damaged("the file is damaged (%s: %s); measure again"
                      % (type(error).__name__, error))


def _run(data):
    run = runner.Run(
        [interpreters.Interpreter(list(facts["command"]), str(facts["label"]), facts)
         for facts in data["interpreters"]],
        [runner.Case(case["name"], case["workload"], case["title"],
                     tuple(case["metrics"]), case["cpu_threads"], case["params"])
         for case in data["cases"]],
        data["rounds"], data["seconds"])
    run.results = list(data["results"])
    run.failures = list(data["failures"])
    return run


def _check(run):
    """Raise one of the errors that parse() knows, if a part is not usable."""
    names = {case.name: [report.METRICS[name] for name in case.metrics] for case in run.cases}
    for result in run.results:
        names[result["case"]], result["round"], result["events"]
        if result["interpreter"] not in range(len(run.interpreters)):
            raise ValueError("a result without an interpreter")
        for name, value in result["values"].items():
            if value is not None and not math.isfinite(value):
                raise ValueError("%s is %r" % (name, value))
    for interpreter in run.interpreters:
        interpreter.header(1)
    report.table(run)
