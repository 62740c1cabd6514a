# Copyright PythonPlus contributors.
"""persist-queue: items through a queue in a file, two threads in turns."""
from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

END = -1                    # an item that stops the answering thread
RESULT_LIMIT_S = 20


def files(work):
    serving.needs("persistqueue")
    return _through(work, lambda persistqueue, folder: persistqueue.Queue(folder))


def sqlite(work):
    serving.needs("persistqueue")
    return _through(work, lambda persistqueue, folder:
                    persistqueue.SQLiteQueue(folder, multithreading=True, auto_commit=True))


def _through(work, make):
    import persistqueue
    folder = serving.folder(work)
    there, back = make(persistqueue, folder + "/there"), make(persistqueue, folder + "/back")

    def answer():
        for number in iter(there.get, END):
            back.put(number * number)

    def ask(number):
        there.put(number)
        return back.get(timeout=RESULT_LIMIT_S) == number * number
    work.closers.append(lambda: there.put(END))
    return [answer] + tasks(work, ask, first=False)
