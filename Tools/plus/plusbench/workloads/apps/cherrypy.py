# Copyright PythonPlus contributors.
"""CherryPy with its own engine and cheroot's pool of threads."""
from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    import cherrypy

    class Root:
        @cherrypy.expose
        def page(self, n):
            return page.body(int(n))

    cherrypy.config.update({
        "server.socket_host": "127.0.0.1", "server.socket_port": port,
        "server.thread_pool": 10, "engine.autoreload.on": False,
        "log.screen": False, "checker.on": False})
    cherrypy.quickstart(Root())
