#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Compare what a Python program can see of threads on two interpreters.

  visible.py --python stock=build/stock/python plus=build/plus/python
  visible.py ... --only 'event.*'      a part of the table
  visible.py --list                    the properties, and the rows they belong to

What differs must be what Doc/differences.md lists, and all of that must differ. The
properties are small functions in plusvisible/properties; each runs in a process of its
own. What is not as expected is run again, by itself, up to three times: some of the
differences are races that the first interpreter loses by chance. What is then as expected
is listed as unsteady.

Exit status 0 if all is as listed; 1 if something differs that is not listed, is listed
and does not differ, or the page and the table do not fit; 2 if the arguments are wrong;
130 if it was stopped.
"""
import argparse
import fnmatch
import os
import signal
import sys

import output
from plusbench import interpreters, options
from plusvisible import both, judge, page, table

HERE = os.path.dirname(os.path.abspath(__file__))
PAGE = os.path.join(os.path.dirname(os.path.dirname(HERE)), "Doc", "differences.md")
LIMIT_S = 20
AGAIN = 3


class Refused(Exception):
    """The arguments do not fit; the text says what to do."""


def arguments(argv):
    parser = options.Parser(prog="visible.py", description=__doc__, allow_abbrev=False,
                            formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("--python", nargs=2, metavar="[LABEL=]COMMAND",
        help="the two interpreters, what is compared with first")
    add("--only", action="append", metavar="NAME[,NAME...]",
        help="these properties; * and ? as in file names")
    add("--list", action="store_true", help="list the properties and stop")
    add("--verbose", action="store_true", help="show also the values that differ as listed")
    add("--limit", type=options.real(1, 3600), default=LIMIT_S, metavar="S",
        help="seconds for one property (%d)" % LIMIT_S)
    add("-j", type=options.integer(1, 64), default=8, metavar="N",
        help="properties at a time on each (8)")
    add("--page", default=PAGE, metavar="FILE", help="the list (Doc/differences.md)")
    add("--properties", default=table.FOLDER, metavar="DIR",
        help="the files of properties (plusvisible/properties)")
    opts = parser.parse_args(argv)
    if bool(opts.python) == opts.list:
        parser.error("give either --python with two interpreters or --list")
    return opts


def select(properties, only):
    """Return the properties that --only leaves, in their order."""
    if not only:
        return properties
    patterns = [word.strip() for text in only for word in text.split(",")]
    for pattern in patterns:
        if not any(fits(each.name, pattern) for each in properties):
            raise Refused("--only %s: no such property; --list lists them" % pattern)
    return [each for each in properties if any(fits(each.name, one) for one in patterns)]


def fits(name, pattern):
    """Whether a pattern names the property, its file, or the function it comes from."""
    return pattern in (name.split(".")[0], name.split("[")[0], name) \
        or fnmatch.fnmatchcase(name, pattern)


def show_list(properties):
    for each in properties:
        print(each.name + ("  differs: " + ", ".join(each.ids) if each.ids else ""))


def show_fault(fault, labels):
    print("  %s%s" % (fault.name + ": " if fault.name else "", fault.what))
    for label, (how, text) in zip(labels, fault.outcomes):
        print("      %-6s %s" % (label, text if how == judge.SHOWS else "%s %s" % (how, text)))


def run(opts, properties, found):
    """Run the table; return (outcomes of both, faults, faults that went away)."""
    commands = [each.command for each in found]
    outcomes = both.run(commands, opts.properties, properties, opts.limit, opts.j)

    def faults(of, results):
        return [fault for each in of
                if (fault := judge.of_property(each, *(result[each.name] for result in results)))]

    first = last = faults(properties, outcomes)
    for _ in range(AGAIN):
        names = {fault.name for fault in last}
        again = [each for each in properties if each.name in names]
        if again:
            last = faults(again, both.run(commands, opts.properties, again, opts.limit, 1))
    bad = {fault.name for fault in last}
    return outcomes, last, [fault for fault in first if fault.name not in bad]


def compare(opts, properties):
    if len({text for text in opts.python}) == 1:
        raise Refused("--python: these are twice the same")
    rows = page.read(opts.page)
    found = [interpreters.find(text) for text in opts.python]
    labels = [each.label for each in found]
    for number, each in enumerate(found, 1):
        print("\n".join(each.header(number)), flush=True)
    faults = judge.of_page(properties, rows, os.path.relpath(opts.page), not opts.only)
    outcomes, wrong, unsteady = run(opts, properties, found)
    if opts.verbose:
        print("\nas listed:")
        for each in properties:
            if each.ids:
                show_fault(judge.Fault(each.name, ", ".join(each.ids),
                                       [result[each.name] for result in outcomes]), labels)
    for title, those in ("not as listed", wrong + faults), ("unsteady", unsteady):
        if those:
            print("\n%s:" % title)
            for fault in those:
                show_fault(fault, labels)
    listed = sum(bool(each.ids) for each in properties)
    print("\n%d properties: %d must be the same, %d must differ; %d faults, %d unsteady" % (
        len(properties), len(properties) - listed, listed, len(wrong + faults), len(unsteady)))
    return 1 if wrong or faults else 0


def interrupt(*_):
    raise KeyboardInterrupt


def main(argv):
    opts = arguments(argv)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.signal(signal.SIGTERM, interrupt)
    try:
        properties = select(table.load(opts.properties), opts.only)
        if opts.list:
            show_list(properties)
            return 0
        return compare(opts, properties)
    except (Refused, table.BadTable, page.BadPage, interpreters.BadInterpreter,
            both.CannotRun) as error:
        print("visible.py: %s" % error, file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("\nvisible.py: stopped", file=sys.stderr)
        return 130


if __name__ == "__main__":
    sys.exit(output.run(main, "visible.py"))
