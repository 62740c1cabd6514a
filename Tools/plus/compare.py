#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Compare saved runs: print their table, draw their plot.

  compare.py RUN.json...                        the table
  compare.py --plot out.svg RUN.json...         and a picture of it

The files are those that --json of the other tools wrote: of several tools, to
be put together, or of one interpreter each, to be put side by side.
"""
import argparse
import sys

import output
from plusbench import combine, doubts, files, mean, options, plot, record, report


def arguments(argv):
    parser = options.Parser(prog="compare.py", description=__doc__, allow_abbrev=False,
                            formatter_class=argparse.RawDescriptionHelpFormatter)
    add = parser.add_argument
    add("runs", nargs="*", metavar="RUN.json", help="what --json wrote")
    add("--plot", metavar="FILE", help="draw the runs: FILE ends in .svg or .png")
    add("--check", action="store_true",
        help="only check that --plot FILE can be drawn, before a long measurement")
    add("--verbose", action="store_true", help="show every metric")
    opts = parser.parse_args(argv)
    if opts.check and not opts.plot:
        parser.error("--check needs --plot FILE")
    if not opts.check and not opts.runs:
        parser.error("which runs? give files that --json wrote")
    return opts


def doubts_about(run, parts, machines):
    """Return the doubts of the whole, newly: they are not those of the parts."""
    found = doubts.Doubts(run, machines[0], None)
    builds = {}
    for interpreter in (each for part in parts for each in part.interpreters):
        builds.setdefault(interpreter.label, set()).add(interpreter.facts["sys_version"])
    found.texts += ["several builds are called %s" % label
                    for label, versions in builds.items() if len(versions) > 1]
    kinds = list(dict.fromkeys(
        "%s, %s CPUs" % (machine["cpu_model"], machine["cpus_allowed"]) for machine in machines))
    if len(kinds) > 1:
        found.texts.append("not measured on the same machine: " + "; ".join(kinds))
    return found


def show(run, found, verbose):
    for number, interpreter in enumerate(run.interpreters, 1):
        print("\n".join(interpreter.header(number)))
    print("", *report.table(run, verbose), *mean.lines(run), "", report.LEGEND, sep="\n")
    if found.texts:
        print("", "Doubts:", *("- " + text for text in found.texts), sep="\n")


def compare(opts):
    if opts.plot:
        plot.check(opts.plot)
    if opts.check:
        return
    runs, machines = zip(*map(record.read, opts.runs))
    run = combine.combine(runs)
    combine.refuse_nothing_in_common(run)
    found = doubts_about(run, runs, machines)
    if opts.plot:
        plot.draw(opts.plot, record.content(
            "compare.py", run, machines[0], found, None, False))
    show(run, found, opts.verbose)


def run(argv):
    opts = arguments(argv)
    try:
        compare(opts)
    except (combine.Clash, record.Damaged, files.CannotWrite, plot.CannotPlot) as error:
        print("compare.py: %s" % error, file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(output.run(run, "compare.py"))
