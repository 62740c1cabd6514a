# Copyright PythonPlus contributors.
"""bottle on wsgiref's server, with a thread per request as its manual says."""
import socketserver

from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    from wsgiref.simple_server import WSGIServer
    import bottle

    class ThreadingServer(socketserver.ThreadingMixIn, WSGIServer):
        daemon_threads = True
        request_queue_size = 128

    app = bottle.Bottle()

    @app.get("/page")
    def answer():
        return page.body(int(bottle.request.query["n"]))

    bottle.run(app, host="127.0.0.1", port=port, quiet=True, server_class=ThreadingServer)
