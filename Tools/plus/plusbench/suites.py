# Copyright PythonPlus contributors.
"""One run of pytest on one interpreter, and how each test ended."""
import os
import subprocess
import tempfile
import time
import xml.etree.ElementTree

from . import children

DUMP_S = 300                # a test that takes longer has its stacks shown
OUTPUT_KEPT = 2000          # characters


class Result:
    """outcomes: {test: passed, failed or skipped}; problem: why it is not whole."""

    def __init__(self):
        self.outcomes = {}
        self.problem = None
        self.seconds = 0.0


def run(command, modules, names, words, limit):
    """Run the tests in these files of the folder of modules; return the Result.

    A name is a path within the folder, or what outcomes calls a test.
    """
    result = Result()
    with tempfile.TemporaryDirectory(prefix="plus-apptests-") as folder:
        report = os.path.join(folder, "report.xml")
        start = time.monotonic()
        status, output = _pytest(command, modules, _targets(modules, names), words,
                                 folder, report, limit)
        result.seconds = time.monotonic() - start
        try:
            result.outcomes = outcomes(report)
        except (OSError, xml.etree.ElementTree.ParseError):
            result.problem = "no report: %s" % (_last_line(output) or "ended with %s" % status)
    if status is None:
        result.problem = "killed after %g s" % limit
    elif status < 0:
        result.problem = "died of signal %d" % -status
    return result


def _targets(modules, names):
    targets = []
    for name in names:
        path, sep, test = name.partition("::")
        targets.append(os.path.join(modules, path) + sep + test)
    return targets


def _pytest(command, modules, targets, words, folder, report, limit):
    """Return (status, output); the status is None if it had to be killed."""
    environment = dict(children.environment(), PYTHONPATH=modules, HOME=folder,
                       PYTHONDONTWRITEBYTECODE="1", TMPDIR=folder)
    process = subprocess.Popen(
        command + ["-s", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull,
                   "--rootdir", modules, "--continue-on-collection-errors",
                   "-o", "faulthandler_timeout=%d" % DUMP_S, "-o", "junit_family=xunit1",
                   "--junit-xml", report, *words, *targets],
        env=environment, cwd=folder, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, start_new_session=True, encoding="utf-8", errors="replace")
    try:
        output, _ = process.communicate(timeout=limit)
        return process.returncode, output
    except subprocess.TimeoutExpired:
        children.kill(process)
        return None, process.communicate()[0]
    except BaseException:
        children.kill(process)
        process.wait()
        raise


def outcomes(report):
    """Return {test: outcome} of a file that pytest's --junit-xml wrote.

    A test is "folder/file.py::Class::name", as pytest takes it again.  What could
    not be imported is "file.py", and failed.
    """
    found = {}
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        kinds = {child.tag for child in case}
        outcome = ("failed" if kinds & {"failure", "error"} else
                   "skipped" if "skipped" in kinds else "passed")
        test = name(case.get("file"), case.get("classname"), case.get("name"))
        # A teardown that failed is a second entry of the same test.
        if found.get(test) != "failed":
            found[test] = outcome
    return found


def name(file, classname, test):
    """Return what pytest calls a test, from what its report says."""
    if not file:
        return (classname or test).replace(".", "/") + ".py"
    module = file[:-len(".py")].replace("/", ".")
    classes = [part for part in classname[len(module):].split(".") if part]
    return "::".join([file, *classes, test])


def _last_line(output):
    lines = output[-OUTPUT_KEPT:].strip().splitlines()
    return lines[-1] if lines else ""
