# Copyright PythonPlus contributors.
"""watchdog: a thread reads inotify, another one tells of each new file."""
import os
import queue

from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

EVENT_LIMIT_S = 20


def new_files(work):
    serving.needs("watchdog.observers")
    from watchdog.events import FileSystemEventHandler
    from watchdog.observers import Observer
    folder = serving.folder(work)
    seen = queue.SimpleQueue()

    class Handler(FileSystemEventHandler):
        def on_created(self, event):
            seen.put(event.src_path)

    observer = Observer()
    observer.schedule(Handler(), folder)
    observer.start()
    work.ending.callback(observer.join)
    work.ending.callback(observer.stop)

    def make(number):
        path = os.path.join(folder, str(number))
        open(path, "w").close()
        return seen.get(timeout=EVENT_LIMIT_S) == path
    return tasks(work, make)
