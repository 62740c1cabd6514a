"""fork() beside threads that have, want or use the I/O-priority GIL.

Each case runs in a child of its own, under both policies: a fork that hangs must
not take the test run with it.  In a fork's child only the forking thread exists;
it owns the GIL, and the queues name nobody who is gone.
"""

import textwrap
import unittest
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import run_child_ok

threading_helper.requires_working_threading(module=True)
support.requires_fork()

# Forking beside threads is what is tested here, so no DeprecationWarning.
OPTIONS = ["-W", "ignore::DeprecationWarning"]

PRELUDE = """
import _thread, os, queue, signal, socket, subprocess, sys, threading, time

def burn():
    while True:
        pass

def daemons(n, function, *args):
    for _ in range(n):
        threading.Thread(target=function, args=args, daemon=True).start()

def reap(pid, expected=0):
    status = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
    assert status == expected, status

def fork_and_wait(body):
    # alarm(): ends a child that hangs, without the help of its GIL.
    # os._exit(): the child must not flush what the parent has printed.
    pid = os.fork()
    if pid == 0:
        signal.alarm(20)
        status = 1
        try:
            body()
            status = 0
        except BaseException:
            sys.excepthook(*sys.exc_info())
        finally:
            os._exit(status)
    reap(pid)

def in_threads(n, function):
    threads = [threading.Thread(target=function) for _ in range(n)]
    for thread in threads: thread.start()
    for thread in threads: thread.join()

def use_threads():
    done = []
    in_threads(3, lambda: done.append(1))
    assert done == [1, 1, 1], done
    time.sleep(0.001)
"""

# name -> code after the prelude; it prints "done" at the end
CASES = {
    "while_cpu_threads_burn_many_times": """
        daemons(3, burn)
        for _ in range(50):
            fork_and_wait(use_threads)
        """,
    "while_threads_come_and_go": """
        def churn():
            while True:
                time.sleep(0)
                os.stat(".")
                time.sleep(0.0001)
        daemons(6, churn)
        for _ in range(20):
            fork_and_wait(use_threads)
        """,
    "while_threads_block": """
        lock = threading.Lock()
        lock.acquire()
        daemons(2, lock.acquire)
        daemons(2, queue.Queue().get)
        daemons(2, time.sleep, 100)
        daemons(2, os.read, os.pipe()[0], 1)
        daemons(1, burn)
        for _ in range(10):
            fork_and_wait(use_threads)
        """,
    "with_a_tiny_switch_interval": """
        sys.setswitchinterval(1e-6)
        daemons(4, burn)
        for _ in range(10):
            fork_and_wait(use_threads)
        """,
    "in_a_thread_while_the_main_thread_burns": """
        def forks():
            for _ in range(15):
                fork_and_wait(use_threads)
            done.append(True)
        done = []
        threading.Thread(target=forks).start()
        while not done:
            pass
        """,
    "in_several_threads_at_once": """
        def forks():
            for _ in range(8):
                fork_and_wait(use_threads)
        in_threads(4, forks)
        """,
    "in_the_child_of_a_fork": """
        def child():
            daemons(2, burn)
            fork_and_wait(grandchild)
            use_threads()
        def grandchild():
            daemons(2, burn)
            use_threads()
        daemons(2, burn)
        for _ in range(3):
            fork_and_wait(child)
        """,
    "and_the_parent_goes_on": """
        counts = [0]
        def count():
            while True:
                counts[0] += 1
        daemons(1, count)
        for _ in range(5):
            fork_and_wait(lambda: None)
            before = counts[0]
            while counts[0] == before:      # the test has a limit
                time.sleep(0.001)
        """,
    "and_the_child_schedules_by_the_same_policy": """
        daemons(1, burn)
        here = tuple(_thread.gil_info())
        def child():
            assert tuple(_thread.gil_info()) == here
            assert here[0] == sys._xoptions["plus_gil"]
        fork_and_wait(child)
        """,
    "and_the_child_serves_cpu_and_io_threads": """
        def child():
            daemons(2, burn)
            a, b = socket.socketpair()
            threading.Thread(target=lambda: b.sendall(b.recv(1))).start()
            a.settimeout(10)
            a.sendall(b"x")
            assert a.recv(1) == b"x"
        daemons(2, burn)
        for _ in range(5):
            fork_and_wait(child)
        """,
    "and_the_child_ends_by_itself": """
        # A whole finalization in the child, not os._exit().
        daemons(3, burn)
        sys.stdout.flush()
        for _ in range(3):
            pid = os.fork()
            if pid == 0:
                signal.alarm(20)
                daemons(2, burn)
                sys.exit(7)
            reap(pid, 7)
        """,
    "and_the_hooks_run": """
        log = []
        os.register_at_fork(before=lambda: log.append("before"),
                            after_in_parent=lambda: log.append("parent"),
                            after_in_child=lambda: log.append("child"))
        def child():
            assert log == ["before", "child"], log
        daemons(2, burn)
        fork_and_wait(child)
        assert log == ["before", "parent"], log
        """,
    "and_hooks_may_use_threads": """
        os.register_at_fork(before=use_threads, after_in_parent=use_threads,
                            after_in_child=use_threads)
        daemons(1, burn)
        fork_and_wait(use_threads)
        """,
    "by_subprocess_in_threads": """
        statuses = []
        def spawn():
            for i in range(5):
                statuses.append(subprocess.call(["true"], timeout=20))
                subprocess.call(["true"], timeout=20, preexec_fn=lambda: None)
        daemons(1, burn)
        in_threads(3, spawn)
        assert statuses == [0] * 15, statuses
        """,
    "by_multiprocessing": """
        import multiprocessing
        context = multiprocessing.get_context("fork")
        daemons(1, burn)
        with context.Pool(2) as pool:
            assert pool.map(abs, range(-20, 0), 3) == list(range(20, 0, -1))
        results = context.Queue()
        process = context.Process(target=results.put, args=(threading.active_count(),))
        process.start()
        assert results.get(timeout=20) == 2
        process.join(20)
        assert process.exitcode == 0
        """,
}


class ForkTests(unittest.TestCase):
    """One test for each case and policy; see below."""

    def check(self, code, policy):
        program = PRELUDE + textwrap.dedent(code) + "\nprint('done')\n"
        out = run_child_ok(program, *OPTIONS, policy=policy)
        self.assertEqual(out, "done\n")


def add_tests():
    for name, code in CASES.items():
        for policy in plus_helper.POLICIES:
            def test(self, code=code, policy=policy):
                self.check(code, policy)
            test.__name__ = f"test_fork_{name}_under_{policy}"
            setattr(ForkTests, test.__name__, test)


add_tests()


if __name__ == "__main__":
    unittest.main()
