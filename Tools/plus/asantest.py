# Copyright PythonPlus contributors.
"""Run the tests of the GIL and the locks under AddressSanitizer and
UndefinedBehaviorSanitizer, and judge what they report.

usage: build/asan/python Tools/plus/asantest.py [-j N] [--keep FOLDER] [TEST ...]

The interpreter that runs this is the one that is tested. TEST is the name of a test file;
without one it is all of Lib/test/test_plus_*.py, test_threading, test_thread and
test_queue. All that AddressSanitizer reports counts, and what UndefinedBehaviorSanitizer
reports in a file of ours; reports in other files are listed. Leaks are not looked for:
CPython leaves memory behind at its end.

Exit status 0 if all passed and nothing was reported that counts, 1 if something was, a
test failed or none ran, 2 if the arguments are wrong or the interpreter has no
AddressSanitizer.
"""
import collections
import glob
import os
import re
import sys
import sysconfig
import tempfile

import output
import runtests
from tsantest import OURS, arguments

TESTS = ("test_threading", "test_thread", "test_queue")

# Signals that tests of crashes send are Python's business.
OPTIONS = ("detect_leaks=0:handle_segv=0:handle_abort=0:handle_sigbus=0:"
           "handle_sigfpe=0:handle_sigill=0:allocator_may_return_null=1:print_stacktrace=1")
SUMMARY = re.compile(r"^SUMMARY: (Address|UndefinedBehavior)Sanitizer: (.*)$", re.MULTILINE)


def has_address_sanitizer():
    return "--with-address-sanitizer" in (sysconfig.get_config_var("CONFIG_ARGS") or "")


def reports(folder):
    """Yield (sanitizer, summary, text) of all reports in the files that were left."""
    for path in sorted(glob.glob(os.path.join(folder, "report.*"))):
        with open(path, encoding="utf-8", errors="backslashreplace") as f:
            text = f.read()
        begin = 0
        for found in SUMMARY.finditer(text):
            yield found[1], re.sub(r"\S*/src/", "", found[2]), text[begin:found.end()]
            begin = found.end()


def judge(found):
    """Print the reports; return how many kinds of them count."""
    kinds = collections.Counter(summary for _, summary, _ in found)
    ours = {summary: text for sanitizer, summary, text in found
            if sanitizer == "Address" or OURS.search(summary)}
    for text in ours.values():
        print(text.strip() + "\n")
    print(f"{len(found)} reports of {len(kinds)} kinds, {len(ours)} kinds are ours")
    for name, times in kinds.most_common():
        print(f"  {'ours' if name in ours else 'base'} {times:5} x {name}")
    return len(ours)


def main(argv):
    args = arguments(argv, "asantest.py", __doc__)
    if not has_address_sanitizer():
        print(f"asantest.py: {sys.executable} was built without AddressSanitizer: use make asan",
              file=sys.stderr)
        return 2
    tests = args.test or [*runtests.own_tests("test_plus_*.py"), *TESTS]
    tally = runtests.Tally()
    with tempfile.TemporaryDirectory(prefix="plus-asan-") as folder:
        folder = os.path.abspath(args.keep or folder)
        options = f"{OPTIONS}:log_path={os.path.join(folder, 'report')}"
        tally.add(*runtests.regrtest("AddressSanitizer", tests, args.j,
                                     ASAN_OPTIONS=options, UBSAN_OPTIONS=options))
        ours = judge(list(reports(folder)))
    for name in tally.failed:
        print("FAILED", name)
    print(tally.line())
    return 1 if ours or tally.failed or not tally.ran else 0


if __name__ == "__main__":
    sys.exit(output.run(main, "asantest.py"))
