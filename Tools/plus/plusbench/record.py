# Copyright PythonPlus contributors.
"""The JSON file: every value of every round, and where it comes from."""
import json
import os
import tempfile

from . import report

FORMAT = 1                  # grows when a reader of old files would go wrong


class CannotWrite(Exception):
    """--json names a file that cannot be written."""


def check(path):
    """Raise CannotWrite now rather than after an hour of measuring."""
    folder = os.path.dirname(path) or "."
    if os.path.isdir(path):
        raise CannotWrite("--json %s: this is a folder; name a file" % path)
    if not os.path.isdir(folder):
        raise CannotWrite("--json %s: there is no folder %s" % (path, folder))
    if not os.access(folder, os.W_OK):
        raise CannotWrite("--json %s: no permission to write into %s" % (path, folder))


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
                   "cpu_threads": case.cpu_threads, "params": case.params}
                  for case in run.cases],
        "summary": report.summary(run, lambda case: report.shown_metrics(case, True)),
        "doubts": doubts.texts, "failures": run.failures, "results": run.results,
    }


def write(path, what):
    """Write the file as a whole or not at all."""
    handle, temporary = tempfile.mkstemp(
        prefix=os.path.basename(path) + ".", dir=os.path.dirname(path) or ".")
    try:
        with open(handle, "w", encoding="utf-8") as file:
            json.dump(what, file, indent=1)
            file.write("\n")
        os.chmod(temporary, 0o644)
        os.replace(temporary, path)
    except BaseException as error:
        os.unlink(temporary)
        if isinstance(error, OSError):
            raise CannotWrite("--json %s: %s" % (path, error.strerror))
        raise
