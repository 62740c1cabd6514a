# Copyright PythonPlus contributors.
"""werkzeug's server with a thread per request, and its request and response."""
from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    from werkzeug import Request, Response, serving as werkzeug_serving

    @Request.application
    def application(request):
        return Response(page.body(int(request.args["n"])), mimetype="text/html")

    werkzeug_serving.run_simple("127.0.0.1", port, application, threaded=True)
