# Copyright PythonPlus contributors.
"""hypercorn with a WSGI application, which it runs in the loop's threads."""
import asyncio

from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    from hypercorn.asyncio import serve as hypercorn_serve
    from hypercorn.config import Config

    config = Config()
    config.bind = ["127.0.0.1:%d" % port]
    config.errorlog = None
    asyncio.run(hypercorn_serve(page.wsgi, config, mode="wsgi"))
