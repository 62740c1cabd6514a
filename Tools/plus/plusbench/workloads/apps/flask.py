# Copyright PythonPlus contributors.
"""flask, with werkzeug's threaded development server."""
from plusbench.workloads.apps import page, serving


def application():
    import flask
    app = flask.Flask("page")

    @app.get("/page")
    def answer():
        return flask.Response(page.body(int(flask.request.args["n"])), mimetype="text/html")
    return app


@serving.web()
def serve(port):
    application().run("127.0.0.1", port, threaded=True)
