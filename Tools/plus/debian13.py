# Copyright PythonPlus contributors.
"""Try Debian 13's own binary packages in a PythonPlus that was built beside them.

usage: python3 Tools/plus/debian13.py FOLDER [--plus PATH]

FOLDER is what base/debian13 has made. Each program of plusabi/programs runs with
Debian's python3.13 and with PythonPlus; the extension modules are Debian's, as they
came. What fails with both, with the same last line, shows that the program, or the
machine, is at fault, and does not count. greenlet's own tests run too, and greenlet
built against PythonPlus's headers in Debian's python3.13. Needs root, for chroot.

Exit status 0 if nothing fails with PythonPlus only, 1 if something does, 2 if the arguments
are wrong.
"""
import argparse
import os
import shutil
import signal
import subprocess
import sys

import output

HERE = os.path.dirname(os.path.abspath(__file__))
PROGRAMS = os.path.join(HERE, "plusabi", "programs")
DEBIAN = "/usr/bin/python3.13"
PLUS = "/pythonplus/build/python"
PACKAGES = "/usr/lib/python3/dist-packages"
PLACE = "/pythonplus/try"           # in FOLDER
LIMIT_S = 600
# Builds greenlet with the headers of the one, for use in the other.
BUILD = f"""
set -e
rm -rf {PLACE}/built && mkdir -p {PLACE}/built && cp -r {PACKAGES}/greenlet {PLACE}/built/
cd {PLACE}/built/greenlet && rm -f *.so
g++ -shared -fPIC -O2 -fno-strict-aliasing -I. -I/pythonplus/src/Include -I/pythonplus/build \
    greenlet.cpp -o _greenlet.cpython-313-$(gcc -print-multiarch).so
"""


def arguments(argv):
    parser = argparse.ArgumentParser(prog="debian13.py", description=__doc__.split("\n\n")[0])
    parser.add_argument("folder", help="what base/debian13 has made")
    parser.add_argument("--plus", default=PLUS, metavar="PATH",
                        help=f"PythonPlus, as a path in FOLDER ({PLUS})")
    args = parser.parse_args(argv)
    if os.geteuid():
        parser.error("chroot needs root: run this as root or with sudo")
    for path in (DEBIAN, args.plus):
        if not os.path.exists(args.folder + path):
            parser.error(f"there is no {args.folder}{path}: run make debian13")
    return args


def inside(folder, *command, path=PACKAGES):
    """Run a command in folder; return (status, last line)."""
    env = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8",
           "PYTHONPATH": path}
    try:
        done = subprocess.run(["chroot", folder, *command], env=env, stdin=subprocess.DEVNULL,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8",
                              errors="replace", timeout=LIMIT_S)
    except subprocess.TimeoutExpired:
        return None, f"no end within {LIMIT_S} s"
    lines = done.stdout.strip().splitlines() or [""]
    if done.returncode < 0:
        lines.append(f"died of {signal.Signals(-done.returncode).name}")
    return done.returncode, lines[-1]


def tests(folder, python):
    """greenlet's own tests, with their count in the last line."""
    code = ("import sys, unittest, greenlet.tests\n"
            "suite = unittest.defaultTestLoader.discover(greenlet.tests.__path__[0], "
            "top_level_dir=sys.argv[1])\n"
            "result = unittest.TextTestRunner(verbosity=0).run(suite)\n"
            "failed = sorted(test.id() for test, _ in result.failures + result.errors)\n"
            "print(result.testsRun, 'tests,', len(result.skipped), 'skipped, failed:', "
            "*failed or ['none'])\n"
            "sys.exit(not result.wasSuccessful())")
    return inside(folder, python, "-c", code, PACKAGES)


def uses():
    return sorted(name for name in os.listdir(PROGRAMS)
                  if name.endswith(".py") and name != "patched.py")


def rows(folder, plus):
    """Yield (what, {name of the interpreter: (status, last line)})."""
    for name in uses():
        yield name.removesuffix(".py"), {
            label: inside(folder, python, f"{PLACE}/{name}")
            for label, python in (("Debian's", DEBIAN), ("plus", plus))}
    yield "greenlet's own tests", {"Debian's": tests(folder, DEBIAN),
                                   "plus": tests(folder, plus)}
    built = inside(folder, "sh", "-c", BUILD)
    path = f"{PLACE}/built:{PACKAGES}"
    crosswise = {label: built if built[0] else
                 inside(folder, python, f"{PLACE}/use_greenlet.py", path=path)
                 for label, python in (("Debian's", DEBIAN), ("plus", plus))}
    yield "greenlet built for plus", crosswise


def main(argv):
    args = arguments(argv)
    shutil.rmtree(args.folder + PLACE, ignore_errors=True)
    shutil.copytree(PROGRAMS, args.folder + PLACE,
                    ignore=shutil.ignore_patterns("__pycache__"))
    for label, python in (("Debian's", DEBIAN), ("plus", args.plus)):
        print(f"{label:10}{python}: {inside(args.folder, python, '-VV')[1]}", flush=True)
    bad = 0
    for what, results in rows(args.folder, args.plus):
        told = []
        for label, (status, last) in results.items():
            verdict = "good" if status == 0 else "FAILS"
            told.append(f"{label} {verdict}{f': {last}' if last else ''}")
        bad += results["plus"][0] != 0 and results["plus"] != results["Debian's"]
        print(f"  {what:24}{'; '.join(told)}", flush=True)
    print(f"{bad} failed with PythonPlus, and not in the same way with Debian's Python")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(output.run(main, "debian13.py"))
