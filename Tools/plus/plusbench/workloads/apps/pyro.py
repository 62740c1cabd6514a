# Copyright PythonPlus contributors.
"""Pyro5: a daemon with a thread per connection, asked by some proxies."""
import threading

from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

CONNECTIONS = 4


def _serve(port):
    import Pyro5.api

    @Pyro5.api.expose
    class Squares:
        def square(self, number):
            return number * number

    with Pyro5.api.Daemon("127.0.0.1", port) as daemon:
        daemon.register(Squares(), "squares")
        daemon.requestLoop()


def calls(work):
    server = serving.Server(work, _serve)
    import Pyro5.api
    proxies = threading.local()         # a proxy belongs to one thread

    def call(number):
        proxy = getattr(proxies, "proxy", None)
        if proxy is None:
            proxy = Pyro5.api.Proxy("PYRO:squares@127.0.0.1:%d" % server.port)
            proxies.proxy = proxy
        return proxy.square(number) == number * number
    return tasks(work, call, CONNECTIONS)
