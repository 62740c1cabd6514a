# Copyright PythonPlus contributors.
"""rq: a worker that forks for every job, jobs and results in a real redis."""
import time

from plusbench.workloads.apps import redis, serving
from plusbench.workloads.apps.tasks import tasks

ASKING = 2
RESULT_LIMIT_S = 30


def square(number):
    return number * number


def fork_per_job(work):
    serving.needs("rq")
    url = redis.start(work)

    def serve(port):
        from redis import Redis
        from rq import Queue, Worker
        connection = Redis.from_url(url)
        Worker([Queue(connection=connection)], connection=connection).work(
            logging_level="ERROR")

    serving.Server(work, serve, listens=False)
    from redis import Redis
    from rq import Queue
    jobs = Queue(connection=Redis.from_url(url))

    def run(number):
        result = jobs.enqueue(square, number).latest_result(timeout=RESULT_LIMIT_S)
        return result is not None and result.return_value == number * number
    return tasks(work, run, ASKING)
