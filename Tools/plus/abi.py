# Copyright PythonPlus contributors.
"""Check that extensions, programs and tools made for CPython work with PythonPlus.

usage: python3 Tools/plus/abi.py --stock build/stock/python --plus build/plus/python
           [--sources FOLDER] [--only PART [PART ...]]

What was built for one interpreter is used in the other, and the reverse. A check that
fails on stock alone shows that the machine, or the check, is at fault. Where FOLDER
lacks the source of a package, what needs it is listed as not tried.

Exit status 0 if all that was tried is good, 1 if something is not, 2 if the arguments
are wrong.
"""
import argparse
import collections
import importlib
import os
import shutil
import sys
import tempfile

import output
from plusabi import interpreters

PARTS = {
    "symbols": "exported symbols of the program and of libpython",
    "layout": "offsets and sizes of structures, by the debug information",
    "live": "a sampler that reads _Py_DebugOffsets looks into a process",
    "extensions": "extensions of ours that use locks, GIL and threads",
    "modules": "CPython's own extension modules, and their tests",
    "packages": "extensions of others, from Debian's sources",
    "embedding": "a program that holds a Python",
    "debugging": "faulthandler, gdb's helpers, perf",
    "installing": "venv, pip with a local wheel, setup.py",
}
NEED_SOURCES = ("packages", "installing")
GOOD, BAD, UNTRIED = "good", "FAILS", "not tried"


def arguments(argv):
    parts = "\n".join(f"  {name:12}{text}" for name, text in PARTS.items())
    parser = argparse.ArgumentParser(
        prog="abi.py", description=__doc__.split("\n\n")[0], epilog=f"the parts:\n{parts}",
        formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--stock", required=True, metavar="PYTHON", help="CPython's python")
    parser.add_argument("--plus", required=True, metavar="PYTHON", help="PythonPlus's python")
    parser.add_argument("--sources", metavar="FOLDER", help="what base/sources has unpacked")
    parser.add_argument("--only", nargs="+", choices=PARTS, metavar="PART", default=list(PARTS),
                        help="some of the parts below")
    args = parser.parse_args(argv)
    if args.sources and not os.path.isdir(args.sources):
        parser.error(f"--sources {args.sources}: there is no such folder; base/sources makes it")
    for tool, package in (("gcc", "gcc"), ("readelf", "binutils")):
        if not shutil.which(tool):
            parser.error(f"{tool} is not installed: install the Debian package {package}")
    args.sources = args.sources and os.path.abspath(args.sources)
    return args


def judge(check):
    """Make one check; return (verdict, detail)."""
    try:
        return GOOD, check()
    except interpreters.NotTried as reason:
        return UNTRIED, str(reason)
    except interpreters.Failed as reason:
        return BAD, str(reason)


def checks(part, pair, folder, sources):
    module = importlib.import_module(f"plusabi.{part}")
    return module.checks(*pair, folder, *([sources] if part in NEED_SOURCES else []))


def main(argv):
    args = arguments(argv)
    try:
        pair = interpreters.pair(args.stock, args.plus)
    except interpreters.Failed as reason:
        print(f"abi.py: {reason}", file=sys.stderr)
        return 2
    for python in pair:
        print(f"{python.name}: {python.path}: {python['version']}")
    counts = collections.Counter()
    with tempfile.TemporaryDirectory(prefix="plus-abi-") as folder:
        for part in args.only:
            print(f"\n{part}: {PARTS[part]}", flush=True)
            for name, check in checks(part, pair, folder, args.sources):
                verdict, detail = judge(check)
                counts[verdict] += 1
                print(f"  {verdict:10}{name}: {detail}", flush=True)
    print(f"\n{counts[GOOD]} good, {counts[BAD]} failed, {counts[UNTRIED]} not tried")
    return 1 if counts[BAD] or not counts[GOOD] else 0


if __name__ == "__main__":
    sys.exit(output.run(main, "abi.py"))
