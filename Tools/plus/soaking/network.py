# Copyright PythonPlus contributors.
"""Servers, and threads that compute beside them."""
import http.server
import shutil
import socket
import subprocess
import threading

REQUESTS = 20               # per unit
LIMIT_S = 60                # for an answer
AB = ["ab", "-q", "-n", "40", "-c", "4", "-s", str(LIMIT_S)]
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


class _Pages(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        body = self.path.encode() * 20
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


def web(rng):
    """A web server with a thread per connection, under ab."""
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1})
        thread.start()
        try:
            while True:
                url = "http://127.0.0.1:%d/%d" % (server.server_port, rng.randrange(10 ** 6))
                said = subprocess.run(AB + [url], stdin=subprocess.DEVNULL, text=True,
                                      stdout=subprocess.PIPE, stderr=subprocess.STDOUT).stdout
                if not all(words in said for words in ("Complete requests:      40\n",
                                                       "Failed requests:        0\n")):
                    raise AssertionError("ab says: %s" % said)
                yield
        finally:
            server.shutdown()
            thread.join()


def can_serve():
    return shutil.which(AB[0]) is not None


def cpu(rng):
    while True:
        total = 0
        for i in range(ITERATIONS):
            total += i
        if total != ITERATIONS * (ITERATIONS - 1) // 2:
            raise AssertionError("the sum is %d" % total)
        yield
