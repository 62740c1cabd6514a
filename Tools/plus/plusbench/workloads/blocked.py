# Copyright PythonPlus contributors.
"""Many threads, nearly all of them blocked: what it takes to wake one."""
import queue
import threading
import time

STOP = None


def wake_one(work):
    """Each waits for its own queue; one after the other gets an item.

    The latency is the time from before put() until after get().  They start
    here, not with the CPU threads: a thousand threads that start beside those
    would take stock's GIL longer than the window.
    """
    inboxes = [queue.Queue() for _ in range(work.params["threads"])]
    clock, pause = time.perf_counter, work.params["pause_s"]

    def wait(inbox):
        for sent in iter(inbox.get, STOP):
            work.latencies.append(clock() - sent)

    def wake():
        while work.going:
            inbox = inboxes[work.ops % len(inboxes)]
            time.sleep(pause)
            inbox.put(clock())
            work.ops += 1
        for inbox in inboxes:
            inbox.put(STOP)
        for thread in threads:
            thread.join()
    threads = [threading.Thread(target=wait, args=(inbox,), daemon=True)
               for inbox in inboxes]
    for thread in threads:
        thread.start()
    return (wake,)
