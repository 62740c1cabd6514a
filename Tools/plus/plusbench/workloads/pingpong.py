# Copyright PythonPlus contributors.
"""Two threads that wait for each other, by every means of the standard library.

An event is one round trip (or, one way, one item).  Only the client side
looks at work.going; it tells the serving side to leave in the way in which
it asks for everything else, so that neither is left waiting.
"""
import queue
import threading
from concurrent.futures import ThreadPoolExecutor

STOP = object()
ITEM = object()


def lock(work):
    ping, pong = threading.Lock(), threading.Lock()
    ping.acquire()
    pong.acquire()
    done = []

    def serve():
        while True:
            ping.acquire()
            if done:
                return
            pong.release()

    def ask():
        while work.going:
            ping.release()
            pong.acquire()
            work.ops += 1
        done.append(True)
        ping.release()
    return serve, ask


def condition(work):
    """One slot under one Condition: the producer/consumer of the textbooks."""
    changed = threading.Condition()
    slot = []

    def consume():
        while True:
            with changed:
                while not slot:
                    changed.wait()
                item = slot.pop()
                changed.notify()
            if item is STOP:
                return
            work.ops += 1

    def put(item):
        with changed:
            while slot:
                changed.wait()
            slot.append(item)
            changed.notify()

    def produce():
        while work.going:
            put(ITEM)
        put(STOP)
    return consume, produce


def event(work):
    ping, pong = threading.Event(), threading.Event()
    done = []

    def serve():
        while True:
            ping.wait()
            ping.clear()
            if done:
                return
            pong.set()

    def ask():
        while work.going:
            ping.set()
            pong.wait()
            pong.clear()
            work.ops += 1
        done.append(True)
        ping.set()
    return serve, ask


def barrier(work):
    """Both pass it twice: there and back."""
    meeting = threading.Barrier(2)
    done = []

    def serve():
        while True:
            meeting.wait()
            if done:
                return
            meeting.wait()

    def ask():
        while work.going:
            meeting.wait()
            meeting.wait()
            work.ops += 1
        done.append(True)
        meeting.wait()
    return serve, ask


def queues(work):
    ping, pong = queue.Queue(), queue.Queue()

    def serve():
        while ping.get() is not STOP:
            pong.put(ITEM)

    def ask():
        while work.going:
            ping.put(ITEM)
            pong.get()
            work.ops += 1
        ping.put(STOP)
    return serve, ask


def one_way(work):
    """A bounded queue: the producer runs ahead until it is full."""
    items = queue.Queue(work.params["size"])

    def consume():
        while items.get() is not STOP:
            work.ops += 1

    def produce():
        while work.going:
            items.put(ITEM)
        items.put(STOP)
    return consume, produce


def executor(work):
    def ask():
        with ThreadPoolExecutor(work.params["threads"]) as pool:
            while work.going:
                pool.submit(int).result()
                work.ops += 1
    return (ask,)
