# Copyright PythonPlus contributors.
"""A real redis for those that keep their tasks in one.

Debian 13's program needs the libraries that came with it, and their loader.
"""
import os
import subprocess
import time

from plusbench.workloads import Unsupported
from plusbench.workloads.apps import serving


def start(work):
    """Start a redis that lives as long as the workload; return its URL."""
    port = serving.free_port()
    folder = serving.folder(work)
    process = subprocess.Popen(
        _command(work.params["packages"]) + [
            "--port", str(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder],
        stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL)
    work.ending.callback(process.wait)
    work.ending.callback(process.terminate)
    limit = time.monotonic() + serving.START_LIMIT_S
    while not serving.answers(port):
        if process.poll() is not None or time.monotonic() > limit:
            raise Unsupported("redis-server did not start")
        time.sleep(0.02)
    return "redis://127.0.0.1:%d/0" % port


def _command(packages):
    server = os.path.join(packages, "usr", "bin", "redis-server")
    libraries = os.path.join(packages, "usr", "lib", os.uname().machine + "-linux-gnu")
    loaders = [name for name in os.listdir(libraries) if name.startswith("ld-linux")] \
        if os.path.isdir(libraries) else []
    if not loaders or not os.path.exists(server):
        raise Unsupported("redis-server and its loader are not in %s" % packages)
    return [os.path.join(libraries, loaders[0]), "--library-path", libraries, server]
