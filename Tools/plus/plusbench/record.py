# Copyright PythonPlus contributors.
"""The JSON file: every value of every round, and where it comes from."""
import json
import reprlib

from . import doubts, files, interpreters, mean, report, runner, shape

FORMAT = 2                  # grows when a reader of old files would go wrong

# A difference of two measurements, of two clocks or of counters: may be below 0.
SIGNED = {"drift", "bytes", "ns", "each", "p50", "p99", *report.STATS}
NOT_NEGATIVE = shape.number(0)
POSITIVE = shape.number(1e-18)


def _values(value, name):
    shape.mapping(shape.or_none(shape.number()))(value, name)
    for metric, one in value.items():
        if one is not None and metric not in SIGNED:
            NOT_NEGATIVE(one, metric)


# What is computed with, or shown.
SHAPE = shape.fields(
    machine=shape.fields(load_1min=shape.or_none(NOT_NEGATIVE), cpus_allowed=shape.whole(1),
                         cgroup_cpu_max=shape.or_none(shape.text),
                         cpu_model=shape.or_none(shape.text)),
    rounds=shape.whole(1), seconds=POSITIVE,
    interpreters=shape.each(shape.fields(
        label=shape.text, command=shape.each(shape.text, 1), sys_version=shape.text,
        scheduler=shape.text, implementation=shape.text, cflags=shape.text,
        config_args=shape.text, debug=shape.anything), 1),
    cases=shape.each(shape.fields(
        name=shape.text, workload=shape.text, title=shape.text,
        metrics=shape.each(shape.text, 1), cpu_threads=shape.whole(),
        params=shape.mapping(shape.anything))),
    results=shape.each(shape.fields(
        case=shape.text, interpreter=shape.number(), round=shape.whole(), values=_values,
        events=NOT_NEGATIVE, at=shape.optional(shape.number()),
        raw=shape.optional(shape.fields(
            seconds_per_run=shape.optional(shape.each(POSITIVE)))))),
    failures=shape.each(shape.fields(
        case=shape.text, interpreter=shape.number(), round=shape.whole(), message=shape.text)))


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
        raise Damaged("format %s, this tool reads %d; measure again"
                      % (reprlib.repr(found), FORMAT))
    try:
        shape.check(SHAPE, data)
        run = _run(data)
        _check(run, data["machine"])
        return run, dict(data["machine"])
    except (ValueError, LookupError, TypeError, AttributeError, ArithmeticError) as error:
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


def _check(run, machine):
    """Raise one of the errors that parse() knows, if a part is not usable."""
    names = {case.name: [report.METRICS[name] for name in case.metrics] for case in run.cases}
    for result in run.results:
        names[result["case"]]
    for one in run.results + run.failures:
        if one["interpreter"] not in range(len(run.interpreters)):
            raise ValueError("a result without an interpreter")
    for interpreter in run.interpreters:
        interpreter.header(1)
    report.table(run, verbose=True)
    mean.lines(run)
    doubts.Doubts(run, machine, None)
