# Copyright PythonPlus contributors.
"""A server in a process of its own, with the CPU threads inside it.

The process is forked from the one under test, so that it is the same
interpreter with the same options.  Its main thread belongs to the server.
"""
import importlib
import logging
import os
import shutil
import signal
import socket
import sys
import tempfile
import time
import traceback

from plusbench.workloads import Unsupported, webclient
from plusbench.workloads.apps import elsewhere
from plusbench.workloads.clients import Client

END_LIMIT_S = 20            # for the server to end after Ctrl-C
START_LIMIT_S = 60          # until it answers
IMPORT_ERRORS = ("ImportError", "ModuleNotFoundError")

_cells = None               # in the server's process and its children


def start_cpu_threads():
    """Start the server's CPU threads in this process."""
    elsewhere.start_cpu_threads(_cells)


class Server:
    """A forked process that runs a function of a port in its main thread."""

    def __init__(self, work, serve, cpu_threads_here=True, listens=True):
        global _cells
        _cells = cells = elsewhere.Cells(work.cpu_threads)
        work.make_cpu = lambda number: elsewhere.CpuElsewhere(cells, number)
        # The process under test is this one's child: its times are not known here.
        work.values = lambda window: {"cpu_us": None}
        self.port = free_port()
        self._words, say = os.pipe()    # why it ended, if it ends before its time
        self._pid = os.fork()
        if not self._pid:
            # What there is to end is the parent's; kept, or it would end here.
            self._not_ours = work.ending.pop_all()
            _serve(serve, self.port, cpu_threads_here, say)
        os.close(say)
        work.ending.push(self._end)
        if listens:
            self._wait_ready()

    def _wait_ready(self):
        limit = time.monotonic() + START_LIMIT_S
        while not answers(self.port):
            if os.waitpid(self._pid, os.WNOHANG)[0]:
                self._pid = None
                words = os.read(self._words, 1000).decode()
                if words.startswith(IMPORT_ERRORS):
                    raise Unsupported(words)
                raise RuntimeError("the server ended: " + words)
            if time.monotonic() > limit:
                raise RuntimeError("the server did not answer within %d s" % START_LIMIT_S)
            time.sleep(0.02)

    def _end(self, failure, *exc_info):
        try:
            self.stop()
        except RuntimeError:
            if failure is None:         # else this one is only a consequence
                raise

    def stop(self):
        """End it as Ctrl-C does; it must end in order."""
        if not self._pid:
            return
        os.kill(self._pid, signal.SIGINT)
        status = self._wait(END_LIMIT_S)
        self._pid = None
        if status is None:
            raise RuntimeError("the server did not end within %d s after Ctrl-C" % END_LIMIT_S)
        if os.WIFSIGNALED(status) and os.WTERMSIG(status) != signal.SIGINT:
            raise RuntimeError("the server died of %s" % signal.Signals(os.WTERMSIG(status)).name)

    def _wait(self, seconds):
        limit = time.monotonic() + seconds
        while time.monotonic() < limit:
            pid, status = os.waitpid(self._pid, os.WNOHANG)
            if pid:
                return status
            time.sleep(0.01)
        os.kill(self._pid, signal.SIGKILL)
        os.waitpid(self._pid, 0)
        return None


def _serve(serve, port, cpu_threads_here, say):
    """Be the server; ends with the interpreter's own finalization."""
    os.dup2(2, 1)                       # standard output is for the answer
    logging.disable(logging.WARNING)    # a line per request is not what is measured
    try:
        if cpu_threads_here:
            start_cpu_threads()
        serve(port)
    except KeyboardInterrupt:
        pass
    except Exception as error:
        traceback.print_exc()
        os.write(say, ("%s: %s" % (type(error).__name__, error)).encode()[:500])
        sys.exit(1)
    sys.exit(0)


def folder(work):
    """Return a new folder that goes when the workload ends."""
    path = tempfile.mkdtemp(prefix="plus-apps-")
    work.ending.callback(shutil.rmtree, path, ignore_errors=True)
    return path


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def answers(port):
    """Return whether somebody listens on the port."""
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
    except OSError:
        return False
    return True


def web(cpu_threads_here=True):
    """Turn a server of page.body() into a workload; a decorator."""
    def decorate(serve):
        def workload(work):
            if shutil.which("ab") is None:
                raise Unsupported("ab is missing; on Debian: apt-get install apache2-utils")
            server = Server(work, serve, cpu_threads_here)
            work.client = Client(webclient.command(work, server.port), webclient.parse)
            return ()
        return workload
    return decorate


def needs(module):
    """Raise Unsupported if a module of the application cannot be imported."""
    try:
        importlib.import_module(module)
    except ImportError as error:
        raise Unsupported("%s cannot be imported: %s" % (module, error))
