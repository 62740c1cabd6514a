#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Compare how interpreters serve web pages with a pool of threads.

A server made of socketserver and http.server runs in each interpreter;
ab (ApacheBench) asks it for small dynamic pages, a connection per request,
while the server's process is otherwise idle and beside CPU threads.

  testserver.py --python stock=build/stock/python plus=build/plus/python

Case pN+M: N requests at a time, beside M CPU threads.  --seconds is rounded
up to whole seconds, as ab knows no others.
"""
import shutil
import socket
import sys

from plusbench import ab, main
from plusbench.options import integer
from plusbench.runner import beside

METRICS = ("rate", "p50", "p99", "failed")
QUICK = {"p1+1", "p10", "p10+1"}


class WebServer(main.Tool):
    name = "testserver.py"
    description = __doc__
    seconds, quick_seconds, rounds = 2.0, 1.0, 5

    def add_options(self, parser):
        add = parser.add_argument
        add("--concurrency", nargs="+", type=integer(1, 1000), default=[1, 10],
            metavar="N", help="requests at a time (default 1 10)")
        add("--cpu", nargs="+", type=integer(0, 64), default=[0, 1], metavar="N",
            help="CPU threads beside the server (default 0 1)")
        add("--threads", type=integer(1, 1000), default=10, metavar="N",
            help="threads in the server's pool (default 10)")
        add("--port", type=integer(0, 65535), default=0, metavar="PORT",
            help="the server's port on 127.0.0.1 (default: any free one)")

    def cases(self, opts):
        opts.seconds = ab.whole_seconds(opts.seconds)
        cases = []
        for number in dict.fromkeys(opts.cpu):
            for concurrency in dict.fromkeys(opts.concurrency):
                cases.append(self.case(opts, concurrency, number))
        return cases

    def case(self, opts, concurrency, number):
        title = "web server, %d request%s at a time" % (concurrency, "s" * (concurrency > 1))
        params = {"concurrency": concurrency, "threads": opts.threads,
                  "port": opts.port, "ab": shutil.which("ab")}
        return beside(number, "p%d" % concurrency, "web:serve", title, METRICS,
                      params, QUICK)

    def own_options(self, opts):
        lists = ["--concurrency"] + opts.concurrency + ["--cpu"] + opts.cpu
        return [str(word) for word in
                lists + ["--threads", opts.threads, "--port", opts.port]]

    def check(self, opts):
        if shutil.which("ab") is None:
            raise main.Refused("ab is missing; on Debian: apt-get install apache2-utils")
        with socket.socket() as probe:
            # As the server does: a port in TIME_WAIT is free, a listening one not.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", opts.port))
            except OSError as error:
                raise main.Refused("--port %d: %s; choose another one, or none"
                                   % (opts.port, error.strerror))


if __name__ == "__main__":
    sys.exit(main.run(WebServer()))
