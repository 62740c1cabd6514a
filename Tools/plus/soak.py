#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Let an interpreter run under a mixed load for long, and watch it from outside.

  soak.py --python build/plus/python --minutes 60

One process does everything that threads do, at the same time: locks, conditions with
time-outs, queues, pools, new threads, finalizers, signals, forks, subprocesses,
subinterpreters, a UDP and a web server beside threads that compute.  This one stops it
now and then for some seconds (SIGSTOP), and looks whether each kind of worker goes on,
whether memory stays level, and how it ends.

Exit status 0 if all is well, 1 if a bound was broken, 2 if it cannot run here, 130
after Ctrl-C.
"""
import random
import sys
import time

import output
from plusbench import interpreters, options
from soaking import kinds, network, watch

MINUTES = 10.0
STALL_S = 20.0              # between two heartbeats of one kind


def arguments(argv):
    parser = options.Parser(prog="soak.py", description=__doc__.split("\n\n")[0])
    add = parser.add_argument
    add("--python", default=sys.executable, metavar="[LABEL=]COMMAND",
        help="the interpreter, a path or a quoted command with options (the running one)")
    add("--minutes", type=options.real(0.01, 100000), default=MINUTES, metavar="M",
        help="for how long (%g)" % MINUTES)
    add("--seed", type=options.integer(0, 2**64), metavar="N",
        help="of what the workers do (a random one, which is printed)")
    add("--only", metavar="KIND[,KIND...]", help="these kinds of work: "
        + " ".join(kinds.KINDS))
    add("--stall", type=options.real(0.1, 3600), default=STALL_S, metavar="S",
        help="no kind may be silent for longer (%g)" % STALL_S)
    args = parser.parse_args(argv)
    args.kinds = args.only.split(",") if args.only else list(kinds.KINDS)
    for name in args.kinds:
        if name not in kinds.KINDS | kinds.TRAPS:
            parser.error("--only %s: no such kind; there are: %s"
                         % (name, " ".join(kinds.KINDS)))
    if args.seed is None:
        args.seed = random.randrange(2**32)
    return args


def main(argv):
    args = arguments(argv)
    try:
        interpreter = interpreters.find(args.python)
    except interpreters.BadInterpreter as error:
        print("soak.py: %s" % error, file=sys.stderr)
        return 2
    print("\n".join(interpreter.header(1)))
    print("%g minutes, seed %d" % (args.minutes, args.seed), flush=True)
    if "web" in args.kinds and not network.can_serve():
        print("soak.py: ab is not installed: install the Debian package apache2-utils, or "
              "choose kinds without web (--only)", file=sys.stderr)
        return 2
    watched = watch.Watch(interpreter.command, args.kinds, args.seed,
                          60 * args.minutes, args.stall)
    try:
        watched.run(show_progress)
    except KeyboardInterrupt:
        return 130
    print("\n".join(report(watched, args)), flush=True)
    return 1 if watched.broken else 0


def show_progress(watched, left):
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K%s left, %.1f MiB\r" % (
            time.strftime("%H:%M:%S", time.gmtime(left)), watched.memory[-1][1] / 1024))
        sys.stderr.flush()


def report(watched, args):
    """Return the lines of the table, and the verdict as the last one."""
    lines = ["", "%-14s %10s  %s" % ("kind", "units", "longest silence, s")]
    lines += ["%-14s %10s  %18.2f" % (name, "{:,}".format(kind.units), kind.longest)
              for name, kind in watched.kinds.items()]
    lines += ["", "memory, MiB, medians of the quarters: "
              + "  ".join("-" if kb is None else "%.1f" % (kb / 1024)
                          for kb in watched.quarters())]
    if watched.broken:
        if watched.words:
            lines += ["", "its last words:", watched.words]
        return lines + ["", "FAILED (seed %d): %s" % (args.seed, "; ".join(watched.broken))]
    return lines + ["", verdict(watched, args)]


def verdict(watched, args):
    slowest = max(watched.kinds, key=lambda name: watched.kinds[name].longest)
    return "passed (seed %d): %g minutes; memory %+.1f MiB, bound +%.1f MiB; longest silence " \
        "%.2f s (%s), bound %g s; stopped %d times" % (
            args.seed, args.minutes, watched.growth_kb() / 1024, watched.allowed_kb() / 1024,
            watched.kinds[slowest].longest, slowest, args.stall, watched.stops)


if __name__ == "__main__":
    sys.exit(output.run(main, "soak.py"))
