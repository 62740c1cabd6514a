# Copyright PythonPlus contributors.
"""The other end of a connection: a process of its own, started by a workload.

Two sides meet here.  Client is the handle that the workload holds; main() is
the Python program that the driver's interpreter runs, always the same one,
so that the figures differ by the interpreter under test alone.

Protocol on the pipes: the client prints "ready" once it is connected and
warm, waits for a line with the seconds, works, prints its report and ends.

usage: clients.py udp|stream|sink PORT
"""
import json
import os
import socket
import subprocess
import sys
import time

ANSWER_LIMIT_S = 2.0        # then a datagram counts as lost, a stream as broken
MESSAGE_BYTES = 64
WARMUP_REQUESTS = 20
WARMUP_LOST = 5             # in a row: then there is no server, not a starved one
SINK_READ_BYTES = 1 << 16


class Client:
    """The handle of a client process."""

    def __init__(self, command, parse=json.loads):
        self._parse = parse
        self._command = command[0]
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            universal_newlines=True)

    def wait_ready(self):
        if self._process.stdout.readline() != "ready\n":
            raise RuntimeError("the client (%s) did not start" % self._command)

    def run(self, seconds):
        """Let it work for this long; return its report."""
        self._process.stdin.write("%r\n" % seconds)
        self._process.stdin.flush()
        return self.finish()

    def finish(self):
        output, _ = self._process.communicate()
        if self._process.returncode:
            raise RuntimeError("the client (%s) failed with status %d: %s" % (
                self._command, self._process.returncode, output.strip()[-500:]))
        return self._parse(output)


def python_client(work, kind, port):
    return Client(work.client_command + [os.path.abspath(__file__), kind, str(port)])


def ask_udp(port):
    sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    sock.settimeout(ANSWER_LIMIT_S)
    sock.connect(("127.0.0.1", port))

    def ask(number):
        message = b"%0*d" % (MESSAGE_BYTES, number)
        sock.send(message)
        try:
            while sock.recv(MESSAGE_BYTES) != message:
                pass        # the late answer to a request given up before
        except socket.timeout:
            return False
        return True
    return ask


def ask_stream(port):
    sock = socket.create_connection(("127.0.0.1", port), ANSWER_LIMIT_S)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(number):
        message = b"%0*d" % (MESSAGE_BYTES, number)
        sock.sendall(message)
        left = MESSAGE_BYTES
        while left:
            piece = sock.recv(left)
            if not piece:
                raise RuntimeError("the server closed the stream")
            left -= len(piece)
        return True
    return ask


def warm_up(ask):
    lost = 0
    for number in range(WARMUP_REQUESTS):
        lost = 0 if ask(number) else lost + 1
        if lost == WARMUP_LOST:
            sys.exit("the server does not answer")


def converse(ask):
    """Ask and wait, one request at a time; report latencies in seconds."""
    warm_up(ask)
    print("ready", flush=True)
    line = sys.stdin.readline()
    if not line:
        sys.exit("the process under test has gone")
    latencies, lost, number = [], 0, WARMUP_REQUESTS
    clock = time.perf_counter
    start = now = clock()
    end = start + float(line)
    while now < end:
        answered = ask(number)
        number += 1
        before, now = now, clock()
        if answered:
            latencies.append(now - before)
        else:
            lost += 1
    return latencies, lost, now - start


def sink(port):
    """Read until the end of the stream; count the bytes."""
    sock = socket.create_connection(("127.0.0.1", port))
    print("ready", flush=True)
    total = 0
    piece = sock.recv(SINK_READ_BYTES)
    while piece:
        total += len(piece)
        piece = sock.recv(SINK_READ_BYTES)
    return {"bytes": total}


def main():
    kind, port = sys.argv[1], int(sys.argv[2])
    if kind == "sink":
        report = sink(port)
    else:
        sys.path[0] = os.path.abspath(os.path.join(
            os.path.dirname(__file__), os.pardir, os.pardir))
        from plusbench.workloads.harness import latency_values
        ask = {"udp": ask_udp, "stream": ask_stream}[kind](port)
        latencies, lost, seconds = converse(ask)
        values = latency_values(latencies)
        values["rate"] = len(latencies) / seconds
        values["failed"] = lost
        report = {"ops": len(latencies), "values": values, "seconds": seconds}
    print(json.dumps(report), flush=True)


if __name__ == "__main__":
    main()
