# Copyright PythonPlus contributors.
"""rpyc: a server with a thread per connection."""
from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

CONNECTIONS = 4


def _serve(port):
    import rpyc
    from rpyc.utils.server import ThreadedServer

    class Squares(rpyc.Service):
        def exposed_square(self, number):
            return number * number

    ThreadedServer(Squares, hostname="127.0.0.1", port=port).start()


def calls(work):
    server = serving.Server(work, _serve)
    import rpyc
    connections = [rpyc.connect("127.0.0.1", server.port) for _ in range(CONNECTIONS)]
    for connection in connections:
        work.ending.callback(connection.close)

    def call(number):
        square = connections[number % CONNECTIONS].root.square
        return square(number) == number * number
    return tasks(work, call, CONNECTIONS)
