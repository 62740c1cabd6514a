# Copyright PythonPlus contributors.
"""pyftpdlib's server with a thread per connection; files are read by ftplib."""
import ftplib
import threading

from plusbench.workloads.apps import page, serving
from plusbench.workloads.apps.tasks import tasks

CONNECTIONS = 4
FILES = 10


def downloads(work):
    folder = serving.folder(work)
    for number in range(FILES):
        with open("%s/%d" % (folder, number), "wb") as file:
            file.write(page.body(number))

    def serve(port):
        from pyftpdlib.authorizers import DummyAuthorizer
        from pyftpdlib.handlers import FTPHandler
        from pyftpdlib.servers import ThreadedFTPServer
        FTPHandler.authorizer = DummyAuthorizer()
        FTPHandler.authorizer.add_anonymous(folder)
        ThreadedFTPServer(("127.0.0.1", port), FTPHandler).serve_forever()

    server = serving.Server(work, serve)
    sessions = threading.local()

    def download(number):
        session = getattr(sessions, "session", None)
        if session is None:
            sessions.session = session = ftplib.FTP()
            session.connect("127.0.0.1", server.port, 30)
            session.login()
        pieces = []
        session.retrbinary("RETR %d" % (number % FILES), pieces.append)
        return b"".join(pieces) == page.body(number % FILES)
    return tasks(work, download, CONNECTIONS)
