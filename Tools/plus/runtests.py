# Copyright PythonPlus contributors.
"""Run the tests of PythonPlus and those of CPython that concern it.

usage: build/plus/python Tools/plus/runtests.py [--slow] [--all] [--model] [-j N]
                                                [--only PART | TEST ...]

The interpreter that runs this is the one that is tested. The parts are:
  plus      Lib/test/test_plus_*.py
  base      base/test_*.py: fetching, unpacking and grafting
  tools     Tools/plus/test_*.py: giltest, testserver, speed, compare, condbench, and
            the condition variable in C
  model     model/test_*.py; with --model or --all also model/check, which
            verifies the models (spin, some minutes)
  cpython   the tests in cpython_tests.txt, with --all every test of CPython
Those that slow_tests.txt names are left out, unless --slow or --all is given.
TEST is a test file of the library (test_gc, 'test_plus_*'), to be run instead of them.

The last line is "N passed, N failed, N skipped". Exit status 0 if all passed,
1 if a test failed or none ran, 2 if the arguments are wrong.
"""
import argparse
import glob
import os
import re
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

import output

HERE = os.path.dirname(os.path.abspath(__file__))
TOP = os.path.dirname(os.path.dirname(HERE))
PARTS = ("plus", "base", "tools", "model", "cpython")
FILE_LIMIT_S = 600          # for one test file; then its stacks are shown

# "FAIL: test_a (test_x.T.test_a) (i=0)": the subtests of a test are one failure.
FAILED_CASE = re.compile(r"^(?:FAIL|ERROR): (\S+) \(([\w.]+)\)")
# The list below "2 tests failed:" in regrtest's summary.
FAILED_LIST = re.compile(r"^\d+ tests? failed:$")


# The last line of model/check, and a line of its table that tells of a failure.
MODEL_COUNTS = re.compile(r"^(\d+) passed, (\d+) failed, 0 skipped$")
MODEL_FAILURE = re.compile(r"^(?:FAILS|MISSED) +(\S+ +\S+ +\S.*?) +\d+ +\d+ +[\d.]+$")


class Tally:
    """What the runs came to: counts, and the names of what failed."""

    def __init__(self):
        self.ran = self.skipped = 0
        self.failed = []

    def add(self, ran, skipped, failed):
        self.ran += ran
        self.skipped += skipped
        self.failed += failed

    def line(self):
        passed = max(0, self.ran - self.skipped - len(self.failed))
        return f"{passed} passed, {len(self.failed)} failed, {self.skipped} skipped"


def arguments(argv):
    parser = argparse.ArgumentParser(
        prog="runtests.py", description=__doc__.split("\n\n")[0],
        epilog="the parts: " + ", ".join(PARTS))
    parser.add_argument("--slow", action="store_true", help="the tests in slow_tests.txt too")
    parser.add_argument("--all", action="store_true",
                        help="those, and every test of CPython too")
    parser.add_argument("--model", action="store_true", help="verify the models too")
    parser.add_argument("--only", choices=PARTS, help="run one part")
    parser.add_argument("-j", type=int, default=2, metavar="N", help="test files at a time (2)")
    parser.add_argument("test", nargs="*", help="test files of the library; * and ? in quotes")
    args = parser.parse_args(argv)
    if args.j < 1:
        parser.error("-j must be at least 1")
    if args.test and (args.slow or args.all or args.model or args.only):
        parser.error("name either tests or parts")
    for pattern in args.test:
        if "*" in pattern and not own_tests(pattern + ".py"):
            parser.error(f"{pattern}: there is no such test file in the library")
    return args


def listed(name):
    """Return [(test, patterns)] as the file name has them."""
    with open(os.path.join(HERE, name), encoding="utf-8") as f:
        lines = [line.split() for line in f]
    return [(words[0], words[1:]) for words in lines if words and not words[0].startswith("#")]


def names(pattern):
    """Return the module names of the test files that match pattern, the largest first:
    a long test should not be the last one, which runs alone."""
    paths = sorted(glob.glob(pattern), key=lambda path: (-os.path.getsize(path), path))
    return [os.path.basename(path)[:-3] for path in paths]


def own_tests(pattern):
    """Return the names of the test files in the library that match pattern."""
    import test
    return names(os.path.join(os.path.dirname(test.__file__), pattern))


def chosen(patterns):
    """Return the names of test files; a package has no file of its name."""
    return [name for pattern in patterns for name in own_tests(pattern + ".py") or [pattern]]


def runs(args):
    """Yield (title, arguments of regrtest), one for each run that is asked for."""
    if args.test:
        yield "chosen tests", chosen(args.test)
        return
    left_out = set() if args.slow or args.all else {name for name, _ in listed("slow_tests.txt")}
    own = [name for name in own_tests("test_plus_*.py") if name not in left_out]
    if args.only in (None, "plus") and own:
        yield "plus", own
    for part, folder in (("base", os.path.join(TOP, "base")), ("tools", HERE),
                         ("model", os.path.join(TOP, "model"))):
        found = [name for name in names(os.path.join(folder, "test_*.py"))
                 if name not in left_out]
        if args.only in (None, part) and found:
            yield part, ["--testdir", folder, *found]
    if args.only in (None, "cpython"):
        yield from cpython_runs(args.all, own, left_out)


def cpython_runs(everything, own, left_out):
    if everything:
        # The part "plus" has run ours already.
        yield "cpython", ["-uall,-gui,-network", *(["-x", *own] if own else [])]
        return
    tests = [test for test in listed("cpython_tests.txt") if test[0] not in left_out]
    yield "cpython", [name for name, patterns in tests if not patterns]
    for name, patterns in tests:
        if patterns:
            yield name, [name, *(word for p in patterns for word in ("-m", p))]


def environment():
    """The environment without what would steer the tested interpreter."""
    return {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}


def show(command, **variables):
    """Run command with variables added to the environment, show what it says;
    return (lines, exit status)."""
    lines = []
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          env=environment() | variables, encoding="utf-8",
                          errors="backslashreplace") as process:
        for line in process.stdout:
            print(line, end="", flush=True)
            lines.append(line.rstrip("\n"))
    return lines, process.returncode


def verify_model(jobs):
    """Run model/check; return (ran, skipped, failed names)."""
    print("== model/check", flush=True)
    lines, status = show([os.path.join(TOP, "model", "check"), "-j", str(jobs)])
    counted = MODEL_COUNTS.match(lines[-1]) if lines else None
    failed = [re.sub(" +", " ", match[1]) for match in map(MODEL_FAILURE.match, lines) if match]
    if not counted or (status and not failed):
        return 1, 0, [f"model/check (ended with status {status})"]
    return sum(map(int, counted.groups())), 0, failed


def regrtest(title, words, jobs, **variables):
    """Run regrtest with variables added to the environment, show what it says;
    return (ran, skipped, failed names)."""
    print(f"== {title}", flush=True)
    with tempfile.TemporaryDirectory(prefix="plus-tests-") as folder:
        result = os.path.join(folder, "result.xml")
        command = [sys.executable, "-m", "test", f"-j{jobs}", "-W", "--timeout", str(FILE_LIMIT_S),
                   "--tempdir", folder, "--junit-xml", result, *words]
        lines, status = show(command, **variables)
        ran, skipped = counts(result)
    cases, others = failures(lines)
    if status and not cases and not others:
        others = [f"{title} (regrtest ended with status {status})"]
    # What failed outside of any case was not counted as one.
    return ran + len(others), skipped, cases + others


def counts(path):
    """Return (ran, skipped) from regrtest's result file; (0, 0) if it left none."""
    try:
        root = xml.etree.ElementTree.parse(path).getroot()
    except (OSError, xml.etree.ElementTree.ParseError):
        return 0, 0
    return int(root.get("tests", 0)), len(root.findall(".//skipped"))


def failures(lines):
    """Return (failed cases, other failures) by name, from what regrtest printed.

    Its result file is no help here: it leaves out failed subtests, setUpClass
    and files that crashed.
    """
    failed = [match.groups() for match in map(FAILED_CASE.match, lines) if match]
    # A test is "test_a (file.Class.test_a)"; "setUpClass (file.Class)" is none.
    cases = [where for name, where in failed if where.endswith(f".{name}")]
    others = [f"{where}.{name}" for name, where in failed if not where.endswith(f".{name}")]
    known = [where.removeprefix("test.") + "." for name, where in failed]
    others += [f"{name} (did not end normally)" for name in failed_files(lines)
               if not any(where.startswith(f"{name}.") for where in known)]
    return list(dict.fromkeys(cases)), list(dict.fromkeys(others))


def failed_files(lines):
    """Return the test files in the summary's list of failed ones."""
    files, in_list = [], False
    for line in lines:
        if FAILED_LIST.match(line):
            in_list = True
        elif in_list and line.startswith("    "):
            files += line.split()
        else:
            in_list = False
    return files


def main(argv):
    args = arguments(argv)
    tally = Tally()
    print(f"testing {sys.executable}: {sys.version}", flush=True)
    for title, words in runs(args):
        tally.add(*regrtest(title, words, args.j))
    if (args.all or args.model) and args.only in (None, "model"):
        tally.add(*verify_model(args.j))
    print()
    for name in tally.failed:
        print("FAILED", name)
    if not tally.ran:
        print("no test ran")
    print(tally.line())
    return 1 if tally.failed or not tally.ran else 0


if __name__ == "__main__":
    sys.exit(output.run(main, "runtests.py"))
