#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Run the tests that applications of others ship, on several interpreters.

Debian 13's packages, not installed, with Debian's pytest.  Each suite runs on
every interpreter; the table has the counts, and below it stands every test whose
result is not the same.  Such a test is run again alone, on all, before it counts.

  apptests.py --python stock=build/stock/python plus=build/plus/python
  apptests.py --only trio,joblib --python ...

Exit status 1: a test that passes on the first interpreter does not on another.
"""
import argparse
import fnmatch
import json
import sys

import output
from plusbench import files, interpreters, machine, main, options, packages, suites
from plusbench.options import real

LIMIT_S = 900               # for one suite on one interpreter
AGAIN = 3                   # runs of a test alone before a difference counts

# name, files in dist-packages, more arguments of pytest
SUITES = (
    # Its tests are unittest's; plain classes called Test... are parts of them.
    ("tornado", ["tornado/test"], ["-o", "python_classes="]),
    ("twisted", ["twisted/_threads/test", "twisted/test/test_threadpool.py",
                 "twisted/test/test_threads.py", "twisted/test/test_threadable.py",
                 "twisted/internet/test/test_threads.py", "twisted/web/test/test_wsgi.py"], []),
    ("cheroot", ["cheroot/test"], []),
    ("joblib", ["joblib/test/test_parallel.py"], ["-k", "threading"]),
    ("trio", ["trio/_core/_tests", "trio/_tests/test_threads.py", "trio/_tests/test_sync.py",
              "trio/_tests/test_signals.py", "trio/_tests/test_subprocess.py"],
     ["-p", "trio._tests.pytest_plugin"]),
    ("dask", ["dask/tests/test_threaded.py", "dask/tests/test_local.py",
              "dask/tests/test_delayed.py"], []),
    ("distributed", ["distributed/tests/test_threadpoolexecutor.py",
                     "distributed/tests/test_locks.py",
                     "distributed/tests/test_events.py"], []),
    ("queuelib", ["queuelib/tests"], []),
    ("persist-queue", ["persistqueue/tests/test_queue.py",
                       "persistqueue/tests/test_sqlqueue.py",
                       "persistqueue/tests/test_sqlackqueue.py"], []),
)
COUNTED = ("passed", "failed", "skipped")


def arguments(argv):
    parser = options.Parser(prog="apptests.py", description=__doc__, allow_abbrev=False,
                            formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--python", nargs="+", action="extend", metavar="[LABEL=]COMMAND",
        help="the interpreters, as for apps.py; default: the running one")
    add("--only", action="append", metavar="SUITE[,SUITE...]", help="these suites")
    add("--list", action="store_true", help="list the suites and stop")
    add("--json", metavar="FILE", help="keep the result of every test")
    add("--limit", type=real(1, 86400), default=LIMIT_S, metavar="S",
        help="kill a suite that takes longer (default %d)" % LIMIT_S)
    packages.add_option(parser)
    return parser.parse_args(argv)


def select(only):
    """Return the suites that --only names, in the table's order."""
    if not only:
        return list(SUITES)
    patterns = [name.strip() for text in only for name in text.split(",")]
    for pattern in patterns:
        if not any(fnmatch.fnmatchcase(name, pattern) for name, _, _ in SUITES):
            raise options.UnknownCase("--only %s: no such suite; there are: %s" % (
                pattern, " ".join(name for name, _, _ in SUITES)))
    return [suite for suite in SUITES
            if any(fnmatch.fnmatchcase(suite[0], pattern) for pattern in patterns)]


def prepare(opts):
    """Return (suites, interpreters)."""
    chosen = select(opts.only)
    if opts.json:
        files.check("--json", opts.json)
    packages.prepare(opts.packages)
    return chosen, [interpreters.find(text) for text in opts.python or [sys.executable]]


class Comparison:
    """One suite on all interpreters."""

    def __init__(self, suite, found, opts):
        self.name = suite[0]
        self._found, self._opts = found, opts
        self._words = suite[2]
        self.results = [self._run(interpreter, suite[1]) for interpreter in found]
        self.settled = self._settle()

    def _run(self, interpreter, names):
        return suites.run(interpreter.command, packages.path(self._opts.packages)[0], names,
                          self._words, self._opts.limit)

    def differing(self):
        """Return the tests that did not end alike everywhere."""
        known = list(dict.fromkeys(test for result in self.results for test in result.outcomes))
        return [test for test in known
                if len({result.outcomes.get(test) for result in self.results}) > 1]

    def _settle(self):
        """Return {test: [outcomes alone, best of some, one per interpreter]}."""
        return {test: [self._alone(interpreter, test) for interpreter in self._found]
                for test in self.differing()}

    def _alone(self, interpreter, test):
        outcome = None
        for _ in range(AGAIN):
            outcome = self._run(interpreter, [test]).outcomes.get(test)
            if outcome == "passed":
                break
        return outcome

    def broken(self):
        """Return the tests that pass on the first interpreter only, alone too."""
        return [test for test, outcomes in self.settled.items()
                if outcomes[0] == "passed" and set(outcomes) != {"passed"}]


def line(comparison):
    cells = ["%-14s" % comparison.name]
    for kind in COUNTED:
        cells += ["%8d" % list(result.outcomes.values()).count(kind)
                  for result in comparison.results]
    cells += ["%8.1f" % result.seconds for result in comparison.results]
    return " ".join(cells)


def heads(found):
    number = len(found)
    first = "%-14s" % "suite" + "".join(
        " " + title.center(9 * number - 1) for title in (*COUNTED, "seconds"))
    second = " " * 14 + "".join(" %8s" % ("[%d]" % index)
                                for _ in range(4) for index in range(1, number + 1))
    return [first.rstrip(), second, "-" * len(second)]


def details(comparison):
    """Return lines about what ended differently, or not at all."""
    lines = ["%s on [%d]: %s" % (comparison.name, index, result.problem)
             for index, result in enumerate(comparison.results, 1) if result.problem]
    for test, alone in comparison.settled.items():
        inside = [str(result.outcomes.get(test)) for result in comparison.results]
        lines.append("%s: %s; alone: %s" % (
            test, ", ".join(inside), ", ".join(map(str, alone))))
    return lines


def keep(path, found, data, comparisons):
    content = {"machine": data,
               "interpreters": [dict(interpreter.facts, label=interpreter.label)
                                for interpreter in found],
               "suites": [{"name": each.name, "settled": each.settled,
                           "results": [vars(result) for result in each.results]}
                          for each in comparisons]}
    with files.whole("--json", path) as temporary:
        with open(temporary, "w", encoding="utf-8") as file:
            json.dump(content, file, indent=1)
            file.write("\n")


def compare(opts, chosen, found):
    data = machine.metadata(["apptests.py"])
    shown = output.Report(patient=opts.json)
    for number, interpreter in enumerate(found, 1):
        shown.print(*interpreter.header(number))
    shown.print("", *heads(found))
    comparisons = []
    for suite in chosen:
        comparisons.append(Comparison(suite, found, opts))
        shown.print(line(comparisons[-1]))
    if opts.json:
        keep(opts.json, found, data, comparisons)
    texts = [text for each in comparisons for text in details(each)]
    if texts:
        shown.print("", "Not alike:", *("- " + text for text in texts))
    shown.end()
    # A suite that did not run says nothing about what it was run for.
    return int(any(each.broken() for each in comparisons) or
               any(result.problem for each in comparisons for result in each.results[1:]))


def run(argv):
    opts = arguments(argv)
    if opts.list:
        for name, names, _ in SUITES:
            print("%-14s %s" % (name, " ".join(names)))
        return 0
    try:
        chosen, found = prepare(opts)
    except (main.Refused, options.UnknownCase, files.CannotWrite,
            interpreters.BadInterpreter) as error:
        print("apptests.py: %s" % error, file=sys.stderr)
        return 2
    try:
        return compare(opts, chosen, found)
    except files.CannotWrite as error:
        print("apptests.py: %s" % error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(output.run(run, "apptests.py"))
