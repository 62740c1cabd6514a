# Copyright PythonPlus contributors.
"""Run the tests of the GIL under ThreadSanitizer and judge what it reports.

usage: build/tsan/python Tools/plus/tsantest.py [-j N] [--keep FOLDER] [TEST ...]

The interpreter that runs this is the one that is tested. TEST is the name of a
test file; without one it is all of Lib/test/test_plus_*.py, test_threading and
test_thread. CPython's own suppressions hold, there are none of ours. What is
reported besides is printed, unless tsan_base.txt knows it as a race that stock has as
well: all else is ours, for the GIL has to order whatever runs under it.

Exit status 0 if all passed and nothing of ours was reported, 1 if something was, a
test failed or none ran, 2 if the arguments are wrong or the interpreter has no
ThreadSanitizer.
"""
import argparse
import collections
import glob
import os
import re
import sys
import sysconfig
import tempfile

import output
import runtests

HERE = os.path.dirname(os.path.abspath(__file__))
TESTS = ("test_threading", "test_thread")

# Our files, as paths in a report end.
OURS = re.compile(r"\b(?:Python/plus_\w+\.[ch]|Include/internal/pycore_plus_\w+\.h"
                  r"|Modules/_thread/\w+\.[ch])\b")
REPORT = re.compile(r"^={18}\n(WARNING: ThreadSanitizer: .*?)^={18}$", re.MULTILINE | re.DOTALL)
FRAME = re.compile(r"^    #(\d+) (\S+)", re.MULTILINE)
# What a section is headed by if it tells where a thread or a lock came from, and
# not what went wrong.
ORIGIN = re.compile(r"^  (?:Thread T|Location is|Mutex M|As if)")

# Reports go to files and change no exit status, which the tests look at. Tests that
# fork beside threads start threads in the child.
OPTIONS = "exitcode=0 die_after_fork=0 history_size=5"


def arguments(argv, prog="tsantest.py", manual=__doc__):
    """Those of asantest.py as well."""
    parser = argparse.ArgumentParser(prog=prog, description=manual.split("\n\n")[0])
    parser.add_argument("-j", type=int, default=2, metavar="N", help="test files at a time (2)")
    parser.add_argument("--keep", metavar="FOLDER", help="leave all reports in this folder")
    parser.add_argument("test", nargs="*", help="test files")
    args = parser.parse_args(argv)
    if args.j < 1:
        parser.error("-j must be at least 1")
    if args.keep and not os.path.isdir(args.keep):
        parser.error(f"--keep {args.keep}: there is no such folder; make it first")
    return args


def has_thread_sanitizer():
    return "--with-thread-sanitizer" in (sysconfig.get_config_var("CONFIG_ARGS") or "")


def options(folder):
    """Return TSAN_OPTIONS, with CPython's own suppressions."""
    source = sysconfig.get_config_var("srcdir")
    suppressions = os.path.abspath(os.path.join(source, "Tools", "tsan", "suppressions.txt"))
    return f"{OPTIONS} suppressions={suppressions} log_path={os.path.join(folder, 'report')}"


def reports(folder):
    """Return the texts of all reports in the files that the sanitizer left."""
    found = []
    for path in sorted(glob.glob(os.path.join(folder, "report.*"))):
        with open(path, encoding="utf-8", errors="backslashreplace") as f:
            found += REPORT.findall(f.read())
    return found


def sections(report):
    """Yield the parts of a report, each with its heading and its stack."""
    lines = []
    for line in report.splitlines():
        if lines and re.match(r"  \S", line):
            yield "\n".join(lines)
            lines = []
        lines.append(line)
    yield "\n".join(lines)


def base_races():
    """Return tsan_base.txt as [(top, function)]; top: it is the one that races."""
    with open(os.path.join(HERE, "tsan_base.txt"), encoding="utf-8") as f:
        lines = [line.strip().split(":") for line in f if re.match("race", line)]
    return [(words[0] == "race_top", words[1]) for words in lines]


def is_known(report, races):
    """Whether a report is one of the base's races."""
    stacks = [part for part in sections(report) if not ORIGIN.match(part)]
    frames = [frame for part in stacks for frame in FRAME.findall(part)]
    functions = {name for _, name in frames}
    tops = {name for number, name in frames if number == "0"}
    ours = any(map(OURS.search, stacks))
    return any(name in tops if top else name in functions and not ours
               for top, name in races)


def kind(report):
    """Return the summary line: what went wrong, where, in which function."""
    summary = re.search(r"^SUMMARY: ThreadSanitizer: (.*)$", report, re.MULTILINE)
    text = summary[1] if summary else report.splitlines()[0]
    return re.sub(r"\S*/src/|:\d+(?=[: ])", "", text)


def judge(found):
    """Print the reports; return how many kinds of them are ours."""
    races = base_races()
    kinds = collections.Counter(map(kind, found))
    ours = {kind(report): report for report in found if not is_known(report, races)}
    for report in ours.values():
        print(f"\n{report}", end="")
    print(f"\n{len(found)} reports of {len(kinds)} kinds, {len(ours)} kinds are ours")
    for name, times in kinds.most_common():
        print(f"  {'ours' if name in ours else 'base'} {times:5} x {name}")
    return len(ours)


def main(argv):
    args = arguments(argv)
    if not has_thread_sanitizer():
        print(f"tsantest.py: {sys.executable} was built without ThreadSanitizer: use make tsan",
              file=sys.stderr)
        return 2
    tests = args.test or [*runtests.own_tests("test_plus_*.py"), *TESTS]
    tally = runtests.Tally()
    with tempfile.TemporaryDirectory(prefix="plus-tsan-") as folder:
        folder = os.path.abspath(args.keep or folder)
        tally.add(*runtests.regrtest("ThreadSanitizer", tests, args.j,
                                     TSAN_OPTIONS=options(folder)))
        ours = judge(reports(folder))
    for name in tally.failed:
        print("FAILED", name)
    print(tally.line())
    return 1 if ours or tally.failed or not tally.ran else 0


if __name__ == "__main__":
    sys.exit(output.run(main, "tsantest.py"))
