# Copyright PythonPlus contributors.
"""What debugging.py looks into: threads that wait, one that runs.

usage: waits.py FUNCTION... -- writes "waiting" when all are where they belong. SIGUSR1
writes all stacks and ends the process.
"""
import faulthandler
import os
import queue
import signal
import sys
import threading
import time

lock, rlock = threading.Lock(), threading.RLock()
condition, event, semaphore = threading.Condition(), threading.Event(), threading.Semaphore(0)
items = queue.SimpleQueue()


def in_lock():
    lock.acquire()


def in_rlock():
    rlock.acquire()


def in_condition():
    with condition:
        condition.wait()


def in_event():
    event.wait()


def in_semaphore():
    semaphore.acquire()


def in_queue():
    items.get()


def in_join():
    threads[0].join()


def busy():
    while True:
        time.monotonic()


def sleeping(native_id):
    """Whether a thread of ours sleeps, as the kernel sees it."""
    with open(f"/proc/self/task/{native_id}/stat", encoding="utf-8") as f:
        return f.read().rpartition(")")[2].split()[0] == "S"


lock.acquire()
rlock.acquire()
faulthandler.register(signal.SIGUSR1, all_threads=True, chain=True)
threads = [threading.Thread(target=globals()[name], daemon=True) for name in sys.argv[1:]]
for thread in threads:
    thread.start()
while not all(sleeping(thread.native_id) for thread in threads):
    time.sleep(0.01)
threading.Thread(target=busy, daemon=True).start()
time.sleep(0.05)
print("waiting", flush=True)
os.read(0, 1)
