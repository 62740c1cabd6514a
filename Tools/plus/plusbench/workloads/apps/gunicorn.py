# Copyright PythonPlus contributors.
"""gunicorn with one worker of class gthread: plain WSGI, and flask."""
import sys

from plusbench.workloads.apps import flask, page, serving

THREADS = 10


def _run(port, app):
    from gunicorn.app.wsgiapp import run
    sys.argv = ["gunicorn", "--worker-class", "gthread", "--threads", str(THREADS),
                "--bind", "127.0.0.1:%d" % port, "--log-level", "warning", app]
    run()


# The worker calls these when it loads its application: the CPU threads are its own.
def make_plain():
    serving.start_cpu_threads()
    return page.wsgi


def make_flask():
    serving.start_cpu_threads()
    return flask.application()


@serving.web(cpu_threads_here=False)
def plain(port):
    _run(port, __name__ + ":make_plain()")


@serving.web(cpu_threads_here=False)
def with_flask(port):
    _run(port, __name__ + ":make_flask()")
