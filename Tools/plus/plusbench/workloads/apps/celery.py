# Copyright PythonPlus contributors.
"""celery: a worker with a pool of threads, tasks in a real redis.

Each task writes its result to redis itself.  celery's own results in redis do
not last: a result that the garbage collector deletes while its thread holds
the connection's lock waits for that lock for ever (on stock CPython as well).
"""
from plusbench.workloads.apps import redis, serving
from plusbench.workloads.apps.tasks import tasks

ASKING = 4                  # threads that send a task and wait for its result
RESULT_LIMIT_S = 30


def _application(url):
    import celery
    from redis import Redis
    app = celery.Celery("squares", broker=url)
    app.conf.update(worker_hijack_root_logger=False, broker_connection_retry_on_startup=True)
    store = Redis.from_url(url)

    @app.task(name="square", ignore_result=True)
    def square(number):
        store.lpush("square-%d" % number, number * number)
    return app, square, store


def thread_pool(work):
    serving.needs("celery")
    serving.needs("redis")
    url = redis.start(work)

    def serve(port):
        # The port is of no use here: the worker has no server.
        app, _, _ = _application(url)
        app.worker_main(["--quiet", "worker", "--pool", "threads", "--concurrency", "4",
                         "--loglevel", "ERROR", "--without-gossip", "--without-mingle"])

    serving.Server(work, serve, listens=False)
    _, square, store = _application(url)

    def run(number):
        square.delay(number)
        found = store.blpop("square-%d" % number, RESULT_LIMIT_S)
        return found is not None and int(found[1]) == number * number
    return tasks(work, run, ASKING)
