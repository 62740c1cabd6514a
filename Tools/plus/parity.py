#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Run CPython's whole test suite on two interpreters and print what differs.

  parity.py --python stock=build/stock/python plus=build/plus/python
  parity.py ... --only test_threading,test_queue     a part of it
  parity.py --compare A.json B.json                  what was run before

Each test file runs in a regrtest of its own, with the same flags on both. What ran is
kept in the folder, so that the same command goes on after a stop. Cases that differ
are run again, by themselves and with their whole file, with nothing beside them: what
does not differ then is listed as flaky. PythonPlus's own test_plus_* are left out.

Exit status 0 if the same cases pass, are skipped and fail on both, flaky ones aside;
1 if not; 2 if the arguments are wrong; 130 if it was stopped.
"""
import argparse
import fnmatch
import json
import os
import signal
import sys

import output
from plusbench import files as whole_files
from plusbench import interpreters, options
from plusparity import again, both, build, difference, files, outcomes, report, store


class Refused(Exception):
    """The arguments do not fit; the text says what to do."""


def arguments(argv):
    parser = options.Parser(prog="parity.py", description=__doc__, allow_abbrev=False,
                            formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--python", nargs=2, metavar="[LABEL=]COMMAND", help="the two interpreters")
    add("--only", action="append", metavar="FILE[,FILE...]",
        help="these test files, or packages of them; * and ? as in file names")
    add("--folder", default="build/parity", metavar="DIR",
        help="where results and the output of what failed are kept (build/parity)")
    add("--fresh", action="store_true", help="do not go on with the results in the folder")
    add("--no-again", action="store_true", help="do not run again what differs")
    add("-j", type=options.integer(1, 256), default=2, metavar="N", help="test files at a time (2)")
    add("--limit", type=options.integer(1, 86400), default=files.FILE_LIMIT_S, metavar="S",
        help="seconds for one file (%d)" % files.FILE_LIMIT_S)
    add("--compare", nargs=2, metavar="RESULT.json", help="compare two results, run nothing")
    add("--json", metavar="FILE", help="write the comparison (DIR/difference.json)")
    opts = parser.parse_args(argv)
    if bool(opts.python) == bool(opts.compare):
        parser.error("give either --python with two interpreters or --compare with two results")
    return opts


def select(names, only):
    """Return the names that --only leaves, in their order."""
    if not only:
        return names
    patterns = [word.strip() for text in only for word in text.split(",")]
    chosen = {pattern: [name for name in names if fits(name, pattern)] for pattern in patterns}
    for pattern, found in chosen.items():
        if not found:
            raise Refused("--only %s: no such test file; python -m test --list-tests lists them"
                          % pattern)
    return [name for name in names if any(name in found for found in chosen.values())]


def fits(name, pattern):
    """Whether a pattern names the file or a package that holds it."""
    name, pattern = (text.removeprefix("test.") for text in (name, pattern))
    return fnmatch.fnmatchcase(name, pattern) or fnmatch.fnmatchcase(name, pattern + ".*")


class Run:
    """Both interpreters, what of their results is there, and the folder."""

    def __init__(self, opts):
        self.opts = opts
        found = [interpreters.find(text) for text in opts.python]
        self.labels = [each.label for each in found]
        self.commands = [each.command for each in found]
        if len(set(self.labels)) != 2 or not all(map(is_file_name, self.labels)):
            raise Refused("--python: give two different labels, as in stock=PATH plus=PATH")
        listed = [files.names(command) for command in self.commands]
        self.names = select(list(dict.fromkeys(sum(listed, []))), opts.only)
        self.todo_names = [set(names) & set(self.names) for names in listed]
        self.stores = [self._store(*each) for each in zip(self.labels, self.commands)]
        self.runner = files.Runner(opts.limit)

    def _store(self, label, command):
        path = os.path.join(self.opts.folder, label + ".json")
        result = store.Store(path, build.about(label, command, self.opts.limit))
        if self.opts.fresh and os.path.exists(path):
            print(store.put_aside(path))
        elif told := result.resume():
            print("%s: %s" % (label, told))
        return result

    @property
    def records(self):
        return [each.records for each in self.stores]

    def run(self):
        """Run what is not there yet; return the differences."""
        todo = both.order([[name for name in self.names if name in names]
                           for names in self.todo_names], self.records)
        progress = both.Progress(self.labels, len(todo))

        def keep(position, name, record, text):
            state = outcomes.state(record)
            if state != "passed":
                self.log(position, name, text)
            self.stores[position].add(name, record)
            progress.show(position, name, record, state)

        both.run(self.runner, self.commands, todo, self.opts.j, keep)
        found = difference.of_runs(self.names, *self.records)
        if found and not self.opts.no_again:
            print("\nagain, one after the other: %s" % ", ".join(
                dict.fromkeys(each.file for each in found)), flush=True)
            again.run(self.runner, self.commands, found,
                      lambda *each: self.log(*each, suffix=".again"))
        return found

    def log(self, position, name, text, suffix=""):
        folder = os.path.join(self.opts.folder, "log")
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, f"{self.labels[position]}.{name}{suffix}.txt"), "a",
                  encoding="utf-8") as f:
            f.write(text)


def is_file_name(label):
    return label and os.path.basename(label) == label and label not in (".", "..")


def finish(opts, labels, names, records, found, abouts):
    """Write the comparison as JSON, print it; return the exit status."""
    if opts.json:
        with whole_files.whole("--json", opts.json) as temporary, \
                open(temporary, "w", encoding="utf-8") as f:
            json.dump(report.content(labels, names, records, found, abouts), f, indent=1)
    print()
    return 0 if report.show(labels, names, records, found) else 1


def run(opts):
    try:
        os.makedirs(opts.folder, exist_ok=True)
    except OSError as error:
        raise Refused("--folder %s: %s" % (opts.folder, error.strerror))
    opts.json = opts.json or os.path.join(opts.folder, "difference.json")
    whole_files.check("--json", opts.json)
    both_runs = Run(opts)
    found = both_runs.run()
    return finish(opts, both_runs.labels, both_runs.names, both_runs.records, found,
                  [each.about for each in both_runs.stores])


def compare(opts):
    if opts.json:
        whole_files.check("--json", opts.json)
    stores = [store.read(path) for path in opts.compare]
    records = [each.records for each in stores]
    names = select(list(dict.fromkeys([*records[0], *records[1]])), opts.only)
    if not names:
        raise Refused("--compare: no file was run in either")
    if stores[0].about.get("flags") != stores[1].about.get("flags"):
        raise Refused("--compare: the two were run with different flags")
    found = difference.of_runs(names, *records)
    return finish(opts, [each.about.get("label") or each.path for each in stores], names, records, found,
                  [each.about for each in stores])


def interrupt(*_):
    raise KeyboardInterrupt


def main(argv):
    opts = arguments(argv)
    # A shell lets what it starts in the background ignore SIGINT, and the tests of
    # signals would inherit that.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        return compare(opts) if opts.compare else run(opts)
    except (Refused, store.Damaged, files.CannotRun, interpreters.BadInterpreter,
            whole_files.CannotWrite) as error:
        print("parity.py: %s" % error, file=sys.stderr)
        return 2
    except (files.Stopped, KeyboardInterrupt):
        print("\nparity.py: stopped; the same command goes on", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(output.run(main, "parity.py"))
