#!/usr/bin/env python3
# Copyright PythonPlus contributors.
"""Run applications of others on several interpreters and compare.

Each application comes from Debian 13's archive, unchanged and not installed.  It
runs in a fresh process of each interpreter, interleaved, for a number of rounds,
alone and beside CPU threads in its own process, and every answer is compared.

  apps.py --python stock=build/stock/python plus=build/plus/python
  apps.py --only gunicorn,flask --quick --python ...

Case NAME+M: the application NAME beside M CPU threads; --only NAME means all of
its cases.  Exit status 1: an application that works on the first interpreter
does not work on another one.
"""
import math
import shutil
import sys

from plusbench import ab, apptable, main, options, packages, runner
from plusbench.options import integer
from plusbench.runner import beside

METRICS = ("rate", "p50", "p99")

# name, workload in plusbench/workloads/apps, what it is
APPS = (
    ("gunicorn", "gunicorn:plain", "gunicorn, gthread worker, plain WSGI"),
    ("gunicorn-flask", "gunicorn:with_flask", "gunicorn, gthread worker, flask"),
    ("waitress", "waitress:serve", "waitress, plain WSGI"),
    ("cheroot", "cheroot:serve", "cheroot, plain WSGI"),
    ("cherrypy", "cherrypy:serve", "CherryPy's engine"),
    ("werkzeug", "werkzeug:serve", "werkzeug's server, a thread per request"),
    ("flask", "flask:serve", "flask's server, a thread per request"),
    ("django", "django:serve", "django's runserver, a thread per request"),
    ("bottle", "bottle:serve", "bottle on wsgiref, a thread per request"),
    ("tornado", "tornado:serve", "tornado, run_in_executor"),
    ("twisted", "twisted:serve", "twisted web, WSGI in the reactor's threads"),
    ("aiohttp", "aiohttp:serve", "aiohttp, asyncio.to_thread"),
    ("uvicorn", "uvicorn:serve", "uvicorn, plain WSGI in threads"),
    ("hypercorn", "hypercorn:serve", "hypercorn, plain WSGI in threads"),
    ("requests", "clients:requests", "requests, 8 threads with one session"),
    ("urllib3", "clients:urllib3", "urllib3, 8 threads with 4 connections"),
    ("httpx", "clients:httpx", "httpx, 8 threads with a client each"),
    ("httpx-shared", "clients:httpx_shared", "httpx, 8 threads with one client"),
    ("sqlalchemy", "sqlalchemy:queue_pool", "QueuePool on sqlite, 8 threads with 3 connections"),
    ("joblib", "pools:joblib", "joblib, 32 calls in 4 threads"),
    ("dask", "pools:dask", "dask, a graph of 32 calls in 4 threads"),
    ("trio", "pools:trio", "trio.to_thread, 32 calls at once"),
    ("anyio", "pools:anyio", "anyio.to_thread on asyncio, 32 calls at once"),
    ("apscheduler", "apscheduler:background", "APScheduler, a job in its pool"),
    ("celery", "celery:thread_pool", "celery, pool of threads, a task through redis"),
    ("rq", "rq:fork_per_job", "rq, a forked job through redis"),
    ("persist-queue", "persistqueue:files", "persist-queue, there and back through files"),
    ("persist-sqlite", "persistqueue:sqlite", "persist-queue, there and back through sqlite"),
    ("watchdog", "watchdog:new_files", "watchdog, a new file seen"),
    ("pyftpdlib", "pyftpdlib:downloads", "pyftpdlib, threads, a small file read"),
    ("rpyc", "rpyc:calls", "rpyc, threads, a call from outside"),
    ("pyro", "pyro:calls", "Pyro5, threads, a call from outside"),
)
QUICK = {"gunicorn", "gunicorn+1", "flask+1", "twisted+1", "requests+1", "sqlalchemy+1"}


def application(case):
    """Return the name of a case's application."""
    return case.name.rpartition("+")[0] if case.cpu_threads else case.name


class Run(runner.Run):
    """An application that fails says nothing about the others."""
    failures_allowed = math.inf


class Apps(main.Tool):
    name = "apps.py"
    description = __doc__
    seconds, quick_seconds, rounds = 2.0, 1.0, 3
    run = Run

    def add_options(self, parser):
        add = parser.add_argument
        add("--cpu", nargs="+", type=integer(0, 64), default=[0, 1], metavar="N",
            help="CPU threads beside the application (default 0 1)")
        add("--requests", type=integer(1, 100000), default=100, metavar="N",
            help="different pages that are asked for and compared (default 100)")
        add("--concurrency", type=integer(1, 1000), default=10, metavar="N",
            help="requests to a web server at a time (default 10)")
        packages.add_option(parser)

    def cases(self, opts):
        opts.seconds = ab.whole_seconds(opts.seconds)
        params = {"requests": opts.requests, "concurrency": opts.concurrency,
                  "ab": shutil.which("ab"), "packages": opts.packages,
                  "path": packages.path(opts.packages)}
        return [beside(number, name, "apps." + workload, title, METRICS, params, QUICK)
                for name, workload, title in APPS for number in dict.fromkeys(opts.cpu)]

    def select(self, opts):
        return options.select(self.cases(opts), opts.only, opts.quick,
                              lambda case: (case.name, application(case)))

    def check(self, opts):
        packages.prepare(opts.packages)

    def table(self, run, opts):
        return apptable.table(run)

    def failed(self, run):
        return any(worse(run, case, index) for case in run.cases
                   for index in range(1, len(run.interpreters)))

    def own_options(self, opts):
        words = ["--cpu", *opts.cpu, "--requests", opts.requests,
                 "--concurrency", opts.concurrency, "--packages", opts.packages]
        return [str(word) for word in words]


def worse(run, case, index):
    """Return whether a case works on the first interpreter and not on this one."""
    return (apptable.state(run, case, 0) == "works"
            and apptable.state(run, case, index) in ("fails", "unavailable"))


if __name__ == "__main__":
    sys.exit(main.run(Apps()))
