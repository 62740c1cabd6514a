# Copyright PythonPlus contributors.
"""HTTP clients in a pool of threads: requests, urllib3, httpx.

The server (page.py) is a process of the interpreter that runs the tools.
"""
import os
import subprocess
import threading
import time

from plusbench.workloads.apps import page, serving
from plusbench.workloads.apps.tasks import tasks

THREADS = 8


def _start_server(work):
    """Start page.py; return the address to put a path behind."""
    port = serving.free_port()
    server = subprocess.Popen(work.client_command + [os.path.abspath(page.__file__), str(port)],
                              stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    work.ending.callback(server.wait)
    work.ending.callback(server.kill)
    limit = time.monotonic() + serving.START_LIMIT_S
    while not serving.answers(port):
        if server.poll() is not None or time.monotonic() > limit:
            raise RuntimeError("the server of pages did not start")
        time.sleep(0.02)
    return "http://127.0.0.1:%d" % port


def requests(work):
    serving.needs("requests")
    import requests
    from requests.adapters import HTTPAdapter
    address = _start_server(work)
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_maxsize=THREADS))

    def get(number):
        return session.get(address + page.path(number)).content == page.body(number)
    return tasks(work, get, THREADS)


def urllib3(work):
    serving.needs("urllib3")
    import urllib3
    address = _start_server(work)
    # Fewer connections than threads: some wait for one.
    pool = urllib3.PoolManager(maxsize=THREADS // 2, block=True)

    def get(number):
        return pool.request("GET", address + page.path(number)).data == page.body(number)
    return tasks(work, get, THREADS)


def httpx(work):
    serving.needs("httpx")
    import httpx
    address = _start_server(work)
    clients = threading.local()

    def get(number):
        client = getattr(clients, "client", None)
        if client is None:
            clients.client = client = httpx.Client(trust_env=False)
        return client.get(address + page.path(number)).content == page.body(number)
    return tasks(work, get, THREADS)


def httpx_shared(work):
    serving.needs("httpx")
    import httpx
    address = _start_server(work)
    client = httpx.Client(trust_env=False)

    def get(number):
        return client.get(address + page.path(number)).content == page.body(number)
    return tasks(work, get, THREADS)
