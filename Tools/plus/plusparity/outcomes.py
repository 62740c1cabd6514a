# Copyright PythonPlus contributors.
"""Read from what regrtest left what became of a file and of each of its cases."""
import re
import xml.etree.ElementTree

import runtests

# The outcome of a file is kept under this name, beside those of its cases.
FILE = "(file)"

# How regrtest words the end of a file, and our word for it; the first that fits.
STATES = (("failed (env changed)", "environment changed"),
          ("failed (uncaught exception)", "crashed"),
          ("failed", "failed"),
          ("passed", "passed"),
          ("skipped (resource denied)", "resource denied"),
          ("skipped", "skipped"),
          ("worker non-zero exit code", "crashed"),
          ("worker bug", "crashed"),
          ("ran no tests", "ran no tests"),
          ("timed out", "timed out"))
PROGRESS = re.compile(r"^\d+:\d\d:\d\d .*?\[ *\d+/\d+(?:/\d+)?\] (\S+) (.*)$")

# Outcomes by what a case holds in the result file. The worst comes first: it counts
# where a name occurs twice.
ELEMENTS = (("error", "failed"), ("failure", "failed"), ("skipped", "skipped"),
            ("output", "expected failure"))
WORST_FIRST = ("failed", "unexpected success", "skipped", "expected failure", "passed")

ADDRESS = re.compile(r"0x[0-9a-fA-F]+")
# What is no part of a case's name: the parameters of a subtest.
SUBTEST = re.compile(r" [(\[<].*", re.DOTALL)


def plain(name):
    """Return the name of a case as both interpreters would have it."""
    return ADDRESS.sub("0x", SUBTEST.sub("", name.removeprefix("test.")))


def read(name, lines, result):
    """Return the record of a file, or None if it was interrupted.

    Lines are what regrtest printed, result is the path of its result file. That
    leaves out failed subtests and setUpClass, skipped files and those that crashed;
    what was printed tells of them.
    """
    state = file_state(name, lines)
    if state is None:
        return None
    cases = xml_cases(result)
    for failed in sum(runtests.failures(lines), []):
        if not failed.endswith(" (did not end normally)"):
            cases[plain(failed)] = "failed"
    # Not said twice: a failed case says it already.
    told = state == "passed" or state == "failed" and "failed" in cases.values()
    return {"cases": {FILE: "ran" if told else state} | cases}


def file_state(name, lines):
    for line in reversed(lines):
        match = PROGRESS.match(line)
        if match and match[1] == name:
            return next((ours for theirs, ours in STATES if match[2].startswith(theirs)), None)
    return None


def xml_cases(path):
    """Return {case: outcome} of regrtest's result file; {} if it left none."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return {}
    cases = {}
    for element in root.iter("testcase"):
        name = element.get("name")
        if name is None:        # failed in a subtest
            continue
        name, outcome = plain(name), xml_outcome(element)
        cases[name] = min(outcome, cases.get(name, "passed"), key=WORST_FIRST.index)
    return cases


def xml_outcome(element):
    if element.find("outcome") is not None:
        return "unexpected success"
    return next((outcome for tag, outcome in ELEMENTS if element.find(tag) is not None), "passed")


def state(record):
    """Return in a word what became of the file."""
    found = record["cases"]
    if found[FILE] != "ran":
        return found[FILE]
    return "failed" if "failed" in found.values() else "passed"
