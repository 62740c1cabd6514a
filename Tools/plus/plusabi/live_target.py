# Copyright PythonPlus contributors.
"""What live.py looks into: threads that sleep, and threads that use the GIL.

usage: live_target.py N: N threads run busy_loop; the main thread waits for its input

Writes one line of JSON, when all threads are where they belong: the native ids of the
busy threads, and those of all.
"""
import json
import sys
import threading


def busy_loop(ready):
    ready.release()
    while True:
        pass


def sleeper(event, ready):
    ready.release()
    event.wait()


def start(count, target, *args):
    ready = threading.Semaphore(0)
    threads = [threading.Thread(target=target, args=(*args, ready), daemon=True)
               for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        ready.acquire()
    return [thread.native_id for thread in threads]


sleeping = start(3, sleeper, threading.Event())
busy = start(int(sys.argv[1]), busy_loop)
everybody = sorted([threading.get_native_id(), *sleeping, *busy])
print(json.dumps({"busy": busy, "all": everybody}), flush=True)
sys.stdin.read()
