# Copyright PythonPlus contributors.
"""The page that every web server here makes: small, dynamic, known beforehand.

As a program it serves the page itself, for those that test clients.
usage: page.py PORT
"""
import sys

ROWS = 20                   # of the table: some hundred microseconds
PAGE = ("<!DOCTYPE html><html><head><title>page</title></head><body>"
        "<h1>Request %08d</h1><table>%s</table></body></html>\n")


def body(number):
    """Return the page (bytes) of a number; all have the same length."""
    rows = "".join("<tr><td>%02d</td><td>%010d</td></tr>" % (i, i * number)
                   for i in range(ROWS))
    return (PAGE % (number, rows)).encode("ascii")


def path(number):
    return "/page?n=%d" % number


def number_of(query):
    """Return the number in a query string (text)."""
    return int(query.partition("n=")[2])


def wsgi(environ, start_response):
    """A WSGI application that answers path(N) with body(N)."""
    page = body(number_of(environ["QUERY_STRING"]))
    start_response("200 OK", [("Content-Type", "text/html"),
                              ("Content-Length", str(len(page)))])
    return [page]


def main():
    import http.server

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        wbufsize = -1               # one packet: no wait for a delayed ACK

        def do_GET(self):
            page = body(number_of(self.path))
            self.send_response(200)
            self.send_header("Content-Length", str(len(page)))
            self.end_headers()
            self.wfile.write(page)

        def log_message(self, *args):
            pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()


if __name__ == "__main__":
    main()
