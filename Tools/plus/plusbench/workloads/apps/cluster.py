# Copyright PythonPlus contributors.
"""dask.distributed on one machine: a scheduler, two workers, a client.

Each is a process; the client is the process that measures.  A worker has one
thread for the tasks that are measured, and one for each task that holds the GIL:
pure Python that never blocks.  The worker's event loop, which talks to the others,
competes with those (https://github.com/dask/distributed/issues/6325).
"""
import asyncio
import time

from plusbench.workloads.apps import serving
from plusbench.workloads.cputhreads import CHUNK_ITERATIONS, spin

WORKERS = ("one", "two")
START_LIMIT_S = 60          # for the workers to join
RESULT_LIMIT_S = 60
PAUSE_S = 0.005             # between two looks at the event loop
STEP_S = 0.2                # that a worker measures by itself
PIECE_BYTES = 4 << 20       # that one worker gets from the other
TASKS = 100                 # sent together

# In a worker's process: what its tasks that hold the GIL did, and whether to stop.
_chunks = 0
_holding = True


def _hold(number):
    """Task: hold the GIL until _stop() runs in this worker."""
    global _chunks
    while _holding:
        spin(CHUNK_ITERATIONS)
        _chunks += 1


def _stop():
    global _holding
    _holding = False


def _read_chunks():
    return _chunks


async def _lateness(seconds):
    """Return how late this event loop woke up, over and over, in seconds."""
    found, end = [], time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        await asyncio.sleep(PAUSE_S)
        found.append(time.perf_counter() - start - PAUSE_S)
    return found


def _piece(number):
    return bytes(PIECE_BYTES)


def _square(number):
    return number * number


async def _fetch(key, source, seconds, dask_worker=None):
    """Get the piece from the worker at the address source, over and over.  Return how
    long each time took, in seconds."""
    from distributed.worker import get_data_from_worker
    found, end = [], time.perf_counter() + seconds
    while (start := time.perf_counter()) < end:
        response = await get_data_from_worker(dask_worker.rpc, [key], source)
        if len(response["data"][key]) != PIECE_BYTES:
            raise RuntimeError("a piece came that is not whole")
        found.append(time.perf_counter() - start)
    return found


async def _run_scheduler(port):
    from distributed import Scheduler
    async with Scheduler(host="127.0.0.1", port=port, dashboard=False) as scheduler:
        await scheduler.finished()


async def _run_worker(address, name, threads, folder):
    from distributed import Worker
    async with Worker(address, name=name, nthreads=threads, host="127.0.0.1",
                      local_directory=folder, dashboard=False) as worker:
        await worker.finished()


class Cluster:
    """The processes, and the tasks that hold the GIL in each worker."""

    def __init__(self, work):
        serving.needs("distributed")        # once, before the forks
        import distributed
        self._work = work
        hold = work.params["hold"]
        scheduler = serving.Server(work, lambda port: asyncio.run(_run_scheduler(port)))
        address = "tcp://127.0.0.1:%d" % scheduler.port
        folder = serving.folder(work)
        for name in WORKERS:
            serving.Server(work, lambda port, name=name: asyncio.run(
                _run_worker(address, name, hold + 1, folder)), listens=False)
        self.client = distributed.Client(address, timeout=START_LIMIT_S)
        work.ending.callback(self.client.close)
        self.client.wait_for_workers(len(WORKERS), timeout=START_LIMIT_S)
        self._held = [self.client.submit(_hold, number, workers=[name], pure=False)
                      for name in WORKERS for number in range(hold)]
        work.ending.callback(self.client.run, _stop)
        if hold:
            self._measure_share()

    def _measure_share(self):
        """Let values tell what the holding tasks do of what they do undisturbed."""
        self._rate(self._work.warmup)
        solo = self._rate(self._work.seconds / 2)
        start = [0.0, 0]

        def begin():
            start[:] = time.perf_counter(), self._read()

        def values(window):
            rate = (self._end[1] - start[1]) / (self._end[0] - start[0])
            return {"share": rate / solo}
        self.begin, self._work.values = begin, values

    def begin(self):
        """Called when the measured work begins."""

    def end(self):
        """Called when it ends."""
        self._end = time.perf_counter(), self._read()

    def _read(self):
        return sum(self.client.run(_read_chunks).values())

    def _rate(self, seconds):
        before, start = self._read(), time.perf_counter()
        time.sleep(seconds)
        return (self._read() - before) / (time.perf_counter() - start)


def _bodies(work, cluster, step):
    def body():
        cluster.begin()
        while work.going:
            step()
        cluster.end()
    return (body,)


def lateness(work):
    """How late the workers' event loops wake up from a sleep."""
    cluster = Cluster(work)

    def step():
        for found in cluster.client.run(_lateness, STEP_S).values():
            work.latencies += found
            work.ops += len(found)
    return _bodies(work, cluster, step)


def transfer(work):
    """One worker gets a piece of memory from the other, over and over.

    The client asks once for many of them: it sends what it is told within 10 ms
    together, so a task for each piece would show how its calls fall into these.
    """
    cluster = Cluster(work)
    from distributed import wait

    client = cluster.client
    piece = client.submit(_piece, 0, workers=[WORKERS[0]])
    wait(piece, timeout=RESULT_LIMIT_S)
    address = {worker["name"]: address
               for address, worker in client.scheduler_info()["workers"].items()}
    source, sink = (address[name] for name in WORKERS)

    def step():
        [found] = client.run(_fetch, piece.key, source, STEP_S, workers=[sink]).values()
        work.latencies += found
        work.ops += len(found)
    step()
    others = work.values
    work.values = lambda window: dict(
        others(window), megabytes=window.ops * PIECE_BYTES / 1e6 / window.seconds)
    return _bodies(work, cluster, step)


def tasks(work):
    """Small tasks, sent together; each result counts when it comes."""
    cluster = Cluster(work)
    from distributed import as_completed

    def step():
        futures = cluster.client.map(_square, range(TASKS), pure=False)
        expected = {future.key: n * n for n, future in enumerate(futures)}
        for future, result in as_completed(futures, with_results=True):
            if result != expected[future.key]:
                raise RuntimeError("a result is wrong")
            work.ops += 1
    step()
    return _bodies(work, cluster, step)
