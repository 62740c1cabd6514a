# Copyright PythonPlus contributors.
"""cheroot, the server of CherryPy, alone."""
from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    from cheroot import wsgi
    server = wsgi.Server(("127.0.0.1", port), page.wsgi, numthreads=10)
    try:
        server.start()
    finally:
        server.stop()
