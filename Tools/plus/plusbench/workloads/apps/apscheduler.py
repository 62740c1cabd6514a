# Copyright PythonPlus contributors.
"""apscheduler's BackgroundScheduler: jobs to run at once, in its pool of threads."""
import queue

from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

RESULT_LIMIT_S = 20


def background(work):
    serving.needs("apscheduler")
    from apscheduler.schedulers.background import BackgroundScheduler
    scheduler = BackgroundScheduler()
    scheduler.start()
    work.ending.callback(scheduler.shutdown)
    results = queue.SimpleQueue()

    def run(number):
        scheduler.add_job(lambda: results.put(number * number), misfire_grace_time=None)
        return results.get(timeout=RESULT_LIMIT_S) == number * number
    return tasks(work, run)
