# Copyright PythonPlus contributors.
"""tornado: a handler that works in a pool of threads."""
import asyncio
import concurrent.futures

from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    import tornado.web
    from tornado.ioloop import IOLoop
    pool = concurrent.futures.ThreadPoolExecutor(10)

    class Page(tornado.web.RequestHandler):
        async def get(self):
            number = int(self.get_argument("n"))
            self.write(await IOLoop.current().run_in_executor(pool, page.body, number))

    async def main():
        app = tornado.web.Application([("/page", Page)], log_function=lambda handler: None)
        app.listen(port, "127.0.0.1")
        await asyncio.Event().wait()

    asyncio.run(main())
