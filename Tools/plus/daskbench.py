#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Compare how a cluster of dask.distributed does while tasks hold the GIL.

A scheduler, two workers and a client, each a process of the interpreter, on this
machine; Debian 13's package, not installed.  The cases are measured without and
beside tasks of pure Python that run all the time in both workers.

  daskbench.py --python stock=build/stock/python plus=build/plus/python

Case NAME+N: beside N such tasks in each worker.
"""
import sys

from plusbench import main, packages
from plusbench.options import integer
from plusbench.runner import Case

# name, workload, what it is, metrics
CASES = (
    ("lateness", "apps.cluster:lateness", "event loop of a worker, late after a sleep of 5 ms",
     ("p50", "p99")),
    ("transfer", "apps.cluster:transfer", "4 MiB from one worker to the other",
     ("megabytes", "p50", "p99")),
    ("tasks", "apps.cluster:tasks", "small task, sent 100 at a time", ("rate",)),
)
QUICK = {"lateness", "lateness+1", "transfer+1"}
START_S = 60                # the processes need some seconds to meet


class DaskBench(main.Tool):
    name = "daskbench.py"
    description = __doc__
    seconds, quick_seconds, rounds = 3.0, 1.0, 5

    def add_options(self, parser):
        parser.add_argument("--hold", nargs="+", type=integer(0, 64), default=[0, 1, 2],
                            metavar="N", help="tasks that hold the GIL, in each worker "
                                              "(default 0 1 2)")
        packages.add_option(parser)

    def cases(self, opts):
        opts.limit = opts.limit or START_S + 30 * (opts.seconds or self.seconds)
        return [self.case(opts, number, *row)
                for row in CASES for number in dict.fromkeys(opts.hold)]

    def case(self, opts, number, name, workload, title, metrics):
        params = {"hold": number, "path": packages.path(opts.packages)}
        if number:
            name += "+%d" % number
            title += ", beside %d task%s per worker" % (number, "s" * (number > 1))
            metrics += ("share",)
        return Case(name, workload, title, metrics, 0, params, name in QUICK)

    def check(self, opts):
        packages.prepare(opts.packages)

    def own_options(self, opts):
        return [str(word) for word in ["--hold", *opts.hold, "--packages", opts.packages]]


if __name__ == "__main__":
    sys.exit(main.run(DaskBench()))
