# Copyright PythonPlus contributors.
"""gevent: everything of threading patched, its own thread pool, sockets."""
from gevent import monkey

monkey.patch_all()

import gevent.pool
import gevent.socket
import gevent.threadpool

import patched

patched.check()

# Real threads beside greenlets.
pool = gevent.threadpool.ThreadPool(4)
assert sorted(pool.imap_unordered(lambda number: sum(range(number)), range(100))) \
    == [sum(range(number)) for number in range(100)]


def serve(listener):
    for _ in range(50):
        connection, _ = listener.accept()
        connection.sendall(connection.recv(100))
        connection.close()


def ask(address):
    with gevent.socket.create_connection(address) as connection:
        connection.sendall(b"x")
        return connection.recv(100)


listener = gevent.socket.socket()
listener.bind(("127.0.0.1", 0))
listener.listen(50)
server = gevent.spawn(serve, listener)
assert gevent.pool.Pool(10).map(ask, [listener.getsockname()] * 50) == [b"x"] * 50
server.join()
