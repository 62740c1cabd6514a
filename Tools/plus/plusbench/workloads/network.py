# Copyright PythonPlus contributors.
"""Servers in a thread of the interpreter under test; clients outside."""
import asyncio
import socket

from plusbench.workloads.clients import MESSAGE_BYTES, python_client

STOP = b"stop"
LOOPBACK = "127.0.0.1"


def udp_socket():
    """Return a bound socket and a function that sends STOP to it."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.bind((LOOPBACK, 0))
    address = sock.getsockname()

    def stop():
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
            other.sendto(STOP, address)
    return sock, stop


def udp_echo(work):
    sock, stop = udp_socket()

    def serve():
        while True:
            message, peer = sock.recvfrom(2 * MESSAGE_BYTES)
            if message == STOP:
                return
            sock.sendto(message, peer)
    work.client = python_client(work, "udp", sock.getsockname()[1])
    work.closers.append(stop)
    return (serve,)


def asyncio_echo(work):
    listener = socket.create_server((LOOPBACK, 0))
    loop = asyncio.new_event_loop()

    async def converse(reader, writer):
        message = await reader.read(2 * MESSAGE_BYTES)
        while message:
            writer.write(message)
            await writer.drain()
            message = await reader.read(2 * MESSAGE_BYTES)
        writer.close()

    def serve():
        server = loop.run_until_complete(
            asyncio.start_server(converse, sock=listener))
        loop.run_forever()
        server.close()
        loop.run_until_complete(server.wait_closed())
        loop.close()
    work.client = python_client(work, "stream", listener.getsockname()[1])
    work.closers.append(lambda: loop.call_soon_threadsafe(loop.stop))
    return (serve,)


def tcp_send(work):
    """Small pieces, one after another: many releases of the GIL, all short."""
    piece = b"x" * work.params["bytes"]
    listener = socket.create_server((LOOPBACK, 0))
    reader = python_client(work, "sink", listener.getsockname()[1])
    reader.wait_ready()         # it is connected: accept() will not block
    connection, _ = listener.accept()
    listener.close()

    def send():
        try:
            while work.going:
                connection.send(piece)
                work.ops += 1
        except OSError:
            if work.going:      # otherwise it is our own shutdown
                raise

    def close():
        connection.shutdown(socket.SHUT_RDWR)
        reader.finish()
    work.closers.append(close)
    return (send,)
