# Copyright PythonPlus contributors.
"""twisted web: WSGI in the pool of threads of the reactor."""
from plusbench.workloads.apps import page, serving


@serving.web()
def serve(port):
    from twisted.internet import reactor
    from twisted.web.server import Site
    from twisted.web.wsgi import WSGIResource

    resource = WSGIResource(reactor, reactor.getThreadPool(), page.wsgi)
    reactor.listenTCP(port, Site(resource), interface="127.0.0.1", backlog=128)
    reactor.run()
