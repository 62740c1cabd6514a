# Copyright PythonPlus contributors.
"""Work that makes processes and interpreters."""
import os
import queue
import subprocess
import sys
import threading
import time

PAUSE_S = 0.05

THREADS = """
import threading
found = []
lock, all_done = threading.Lock(), threading.Condition()
def work():
    for _ in range(50):
        with lock:
            pass
    with all_done:
        found.append(True)
        all_done.notify_all()
threads = [threading.Thread(target=work) for _ in range(3)]
for thread in threads:
    thread.start()
with all_done:
    all_done.wait_for(lambda: len(found) == 3)
for thread in threads:
    thread.join()
"""
# A process of its own: in CPython the child of a fork crashes if there is a
# subinterpreter.  A line in, a line out; the first interpreter has threads, too.
HOST = """
import sys, _interpreters
threads = %r
ours = [_interpreters.create(kind) for kind in ("isolated", "legacy")]
for line in sys.stdin:
    for interpreter in ours:
        failed = _interpreters.exec(interpreter, threads)
        if failed is not None:
            sys.exit(failed.formatted)
    exec(threads, {})
    print(line, end="", flush=True)
for interpreter in ours:
    _interpreters.destroy(interpreter)
""" % THREADS
UNITS_PER_HOST = 20


def forks(rng):
    """The child of a process with many threads waits, wakes and ends."""
    while True:
        time.sleep(rng.uniform(0, PAUSE_S))
        pid = os.fork()
        if pid == 0:
            _in_child()
        status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        if status != 0:
            raise AssertionError("the child of a fork ended with status %d" % status)
        yield


def _in_child():
    """Does not return."""
    status = 1
    try:
        items, done = queue.Queue(1), threading.Event()

        def consume():
            for _ in range(10):
                items.get()
            done.set()

        thread = threading.Thread(target=consume)
        thread.start()
        for number in range(10):
            items.put(number)
        done.wait()
        thread.join()
        status = 0
    finally:
        os._exit(status)


def subprocesses(rng):
    while True:
        time.sleep(rng.uniform(0, PAUSE_S))
        number = rng.randrange(10 ** 9)
        if _python("print(%d)" % number) != "%d\n" % number:
            raise AssertionError("a subprocess printed something else")
        yield


def interpreters(rng):
    """Subinterpreters with threads, with the GIL of the first one and with their own."""
    while True:
        with subprocess.Popen([sys.executable, "-I", "-S", "-c", HOST], text=True,
                              stdin=subprocess.PIPE, stdout=subprocess.PIPE) as host:
            for number in range(UNITS_PER_HOST):
                time.sleep(rng.uniform(0, PAUSE_S))
                host.stdin.write("%d\n" % number)
                host.stdin.flush()
                if host.stdout.readline() != "%d\n" % number:
                    raise AssertionError("subinterpreters: no answer")
                yield
            host.stdin.close()
        if host.returncode:
            raise AssertionError("subinterpreters ended with status %d" % host.returncode)


def _python(code):
    """Run code in a new process of this Python; return what it printed."""
    done = subprocess.run([sys.executable, "-I", "-S", "-c", code], stdin=subprocess.DEVNULL,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, encoding="utf-8")
    if done.returncode:
        raise AssertionError("a subprocess ended with status %d: %s"
                             % (done.returncode, done.stdout))
    return done.stdout
