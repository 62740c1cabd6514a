# Copyright PythonPlus contributors.
"""Libraries that spread work over threads: joblib, dask, trio, anyio."""
import asyncio

from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

THREADS = 4
BATCH = 32                  # small pieces of work per task


def _square(n):
    return sum(range(n)) * 2 + n


def _right(results, number):
    return list(results) == [(number + i) ** 2 for i in range(BATCH)]


def joblib(work):
    serving.needs("joblib")
    from joblib import Parallel, delayed
    parallel = work.ending.enter_context(Parallel(n_jobs=THREADS, backend="threading"))

    def run(number):
        return _right(parallel(delayed(_square)(number + i) for i in range(BATCH)), number)
    return tasks(work, lambda number: run(number % 100))


def dask(work):
    serving.needs("dask")
    import dask
    import dask.threaded

    def run(number):
        graph = [dask.delayed(_square)(number + i) for i in range(BATCH)]
        return _right(dask.compute(*graph, scheduler="threads", num_workers=THREADS), number)
    return tasks(work, lambda number: run(number % 100))


def trio(work):
    serving.needs("trio")
    import trio

    async def run(number):
        results = [None] * BATCH

        async def one(i):
            results[i] = await trio.to_thread.run_sync(_square, number + i)
        async with trio.open_nursery() as nursery:
            for i in range(BATCH):
                nursery.start_soon(one, i)
        return _right(results, number)
    return tasks(work, lambda number: trio.run(run, number % 100))


def anyio(work):
    serving.needs("anyio")
    import anyio
    import anyio.to_thread
    loop = asyncio.new_event_loop()
    work.ending.callback(loop.close)

    async def run(number):
        results = [None] * BATCH

        async def one(i):
            results[i] = await anyio.to_thread.run_sync(_square, number + i)
        async with anyio.create_task_group() as group:
            for i in range(BATCH):
                group.start_soon(one, i)
        return _right(results, number)
    return tasks(work, lambda number: loop.run_until_complete(run(number % 100)))
