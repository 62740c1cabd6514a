# Copyright PythonPlus contributors.
"""A server, and threads that compute beside it."""
import socket
import threading

REQUESTS = 20               # per unit
LIMIT_S = 60                # for an answer
ITERATIONS = 20000


def udp(rng):
    """A thread echoes datagrams; requests come from this one."""
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 0))
    address = server.getsockname()
    thread = threading.Thread(target=_echo, args=(server,))
    thread.start()
    client = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    client.settimeout(LIMIT_S)
    try:
        while True:
            for _ in range(REQUESTS):
                question = rng.randbytes(rng.randint(1, 500))
                client.sendto(question, address)
                answer = client.recv(1000)
                if answer != question:
                    raise AssertionError("%r came back as %r" % (question, answer))
            yield
    finally:
        client.sendto(b"", address)
        thread.join()
        client.close()
        server.close()


def _echo(server):
    while True:
        data, sender = server.recvfrom(1000)
        if not data:
            return
        server.sendto(data, sender)


def cpu(rng):
    while True:
        total = 0
        for i in range(ITERATIONS):
            total += i
        if total != ITERATIONS * (ITERATIONS - 1) // 2:
            raise AssertionError("the sum is %d" % total)
        yield
