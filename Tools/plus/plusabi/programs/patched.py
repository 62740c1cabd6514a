# Copyright PythonPlus contributors.
"""What a program does with threading and queue once gevent or eventlet has patched it.

All "threads" are greenlets of one thread then: a wait that blocks the thread, as ours
would, never ends. An alarm ends it with a traceback.
"""
import concurrent.futures
import faulthandler
import queue
import threading
import time

LIMIT_S = 60
ITEMS = 500
faulthandler.dump_traceback_later(LIMIT_S, exit=True)


def run(*targets):
    """Run functions as threads, to their ends."""
    threads = [threading.Thread(target=target) for target in targets]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(LIMIT_S)
        assert not thread.is_alive()


def condition():
    ready, items, got = threading.Condition(), [], []

    def consume():
        for _ in range(ITEMS):
            with ready:
                ready.wait_for(lambda: items)
                got.append(items.pop())

    def produce():
        for number in range(ITEMS):
            with ready:
                items.append(number)
                ready.notify()

    run(consume, produce)
    assert sorted(got) == list(range(ITEMS))
    with ready:
        assert ready.wait(0.02) is False


def event():
    first, second = threading.Event(), threading.Event()

    def answer():
        assert first.wait(LIMIT_S)
        second.set()

    def ask():
        first.set()
        assert second.wait(LIMIT_S)

    run(answer, ask)
    assert threading.Event().wait(0.02) is False


def semaphore():
    units, most, inside = threading.BoundedSemaphore(2), [0], []

    def work():
        for _ in range(20):
            with units:
                inside.append(None)
                most[0] = max(most[0], len(inside))
                time.sleep(0.0001)
                inside.pop()

    run(*[work] * 5)
    assert most == [2], most
    assert units.acquire() and units.acquire() and not units.acquire(timeout=0.02)


def locks():
    for kind in threading.Lock, threading.RLock:
        lock, count = kind(), [0]

        def work():
            for _ in range(50):
                with lock:
                    before = count[0]
                    time.sleep(0)
                    count[0] = before + 1

        run(*[work] * 4)
        assert count == [200]


def barrier():
    meet, passed = threading.Barrier(4), []

    def work():
        for _ in range(10):
            meet.wait(LIMIT_S)
            passed.append(None)

    run(*[work] * 4)
    assert len(passed) == 40


def queues():
    for kind in queue.Queue, queue.LifoQueue, queue.PriorityQueue, queue.SimpleQueue:
        items = kind() if kind is queue.SimpleQueue else kind(5)
        got = []
        run(lambda: [items.put(number) for number in range(ITEMS)],
            lambda: got.extend(items.get(timeout=LIMIT_S) for _ in range(ITEMS)))
        assert sorted(got) == list(range(ITEMS))
        try:
            items.get(timeout=0.02)
        except queue.Empty:
            continue
        raise AssertionError("an item came from nowhere")


def pools():
    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(lambda number: time.sleep(0.001) or number, range(100))) == 4950


def timers():
    fired = threading.Event()
    threading.Timer(0.01, fired.set).start()
    assert fired.wait(LIMIT_S)


def check():
    for use in condition, event, semaphore, locks, barrier, queues, pools, timers:
        use()
