# Copyright PythonPlus contributors.
"""aiohttp: a handler that works in a thread (asyncio.to_thread)."""
import asyncio

from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    from aiohttp import web

    async def answer(request):
        body = await asyncio.to_thread(page.body, int(request.query["n"]))
        return web.Response(body=body, content_type="text/html")

    app = web.Application()
    app.router.add_get("/page", answer)
    web.run_app(app, host="127.0.0.1", port=port, print=None, access_log=None)
