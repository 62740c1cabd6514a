# Copyright PythonPlus contributors.
"""uvicorn with a WSGI application, which it runs in a pool of threads."""
from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    import uvicorn
    uvicorn.run(page.wsgi, host="127.0.0.1", port=port, interface="wsgi", loop="asyncio",
                log_level="error", access_log=False)
