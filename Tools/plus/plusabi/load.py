# Copyright PythonPlus contributors.
"""Load an extension of ours and run its checks.

usage: load.py FOLDER MODULE -- every function of MODULE, which lies in FOLDER, is one
"""
import importlib
import signal
import sys
import threading

sys.path.insert(0, sys.argv[1])
module = importlib.import_module(sys.argv[2])
done = 0
stop = threading.Event()


def spin():
    while not stop.is_set():
        pass


def call(name, check):
    if name == "foreign_threads_call":
        lock = threading.Lock()
        check(lambda: lock.acquire() and lock.release())
    elif name == "lock_is_interrupted":
        signal.signal(signal.SIGALRM, lambda *args: None)
        # Again and again: the first one may come before the wait.
        signal.setitimer(signal.ITIMER_REAL, 0.05, 0.05)
        check()
        signal.setitimer(signal.ITIMER_REAL, 0)
    else:
        check()


# Once alone and once beside a thread that wants the GIL all the time.
for beside in (None, threading.Thread(target=spin)):
    if beside:
        beside.start()
    for name, check in vars(module).items():
        if not name.startswith("_"):
            call(name, check)
            done += 1
stop.set()
print(done)
