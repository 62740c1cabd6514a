# Copyright PythonPlus contributors.
"""A web server with a bounded pool of threads, exercised by ab."""
import http.server
import queue
import socketserver
import threading
import time

from plusbench import ab
from plusbench.workloads.clients import Client

BACKLOG = 128               # connections that wait for the accepting thread
ROWS = 20                   # of the page's table: some hundred microseconds
PAGE = ("<!DOCTYPE html><html><head><title>testserver</title></head><body>"
        "<h1>Request %08d at %014.3f</h1><table>%s</table></body></html>\n")


class Page(http.server.BaseHTTPRequestHandler):
    """A small dynamic page, always of the same length: ab compares lengths."""
    protocol_version = "HTTP/1.0"

    def do_GET(self):
        self.server.served += 1     # roughly: it only has to change
        rows = "".join("<tr><td>%02d</td><td>%06d</td></tr>" % (i, i * i)
                       for i in range(ROWS))
        page = (PAGE % (self.server.served, time.time(), rows)).encode("ascii")
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(page)))
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *args):
        pass


class PooledServer(socketserver.TCPServer):
    """One thread accepts; a fixed number of threads answer.

    The queue between them is bounded too: when it is full, connections wait
    in the kernel's backlog.
    """
    allow_reuse_address = True
    request_queue_size = BACKLOG

    def __init__(self, address, threads):
        super().__init__(address, Page)
        self.served = 0
        self.broken = 0
        self._jobs = queue.Queue(2 * threads)
        self._pool = [threading.Thread(target=self._answer, daemon=True)
                      for _ in range(threads)]
        for thread in self._pool:
            thread.start()

    def process_request(self, *job):
        self._jobs.put(job)

    def _answer(self):
        for job in iter(self._jobs.get, None):
            try:
                self.finish_request(*job)
            except OSError:
                # ab drops its connections when its time is over, and counts
                # a failed request itself when it happens before.
                self.broken += 1
            self.shutdown_request(job[0])

    def stop(self):
        self.shutdown()
        for _ in self._pool:
            self._jobs.put(None)
        for thread in self._pool:
            thread.join()
        self.server_close()


def serve(work):
    server = PooledServer(("127.0.0.1", work.params["port"]), work.params["threads"])
    url = "http://127.0.0.1:%d/" % server.server_address[1]
    work.client = Client(
        ab.command(work.params["ab"], work.params["concurrency"], work.seconds, url),
        ab.parse)
    work.closers.append(server.stop)
    return (server.serve_forever,)
