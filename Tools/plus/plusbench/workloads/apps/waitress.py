# Copyright PythonPlus contributors.
"""waitress: an asyncore loop and a pool of threads."""
from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    import waitress
    waitress.serve(page.wsgi, host="127.0.0.1", port=port, threads=10, _quiet=True)
