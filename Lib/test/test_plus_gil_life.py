"""The end of an interpreter beside threads that have, want or use the GIL.

A daemon thread that asks for the GIL after finalization has begun must end
without it, wherever it is by then: before the GIL, in its queue, or holding it
after an invitation that came too late.  Each case is a process of its own; that
it ends at all, in time and with its exit status, is the test.
"""

import os
import sys
import textwrap
import time
import unittest
from test import support
from test.support import plus_helper, threading_helper
from test.support.plus_helper import run_child

threading_helper.requires_working_threading(module=True)
support.requires_subprocess()

# An exit takes some 50 ms; 5 s are a hang that something ended.
PROMPT_S = 5 * plus_helper.PATIENCE

PRELUDE = """
import _thread, atexit, os, queue, signal, socket, sys, threading, time

def burn():
    while True:
        pass

def daemons(n, function, *args):
    for _ in range(n):
        threading.Thread(target=function, args=args, daemon=True).start()

def forever(function, *args):
    while True:
        function(*args)

a, b = socket.socketpair()
locked = threading.Lock()
locked.acquire()
"""

# what the daemon threads do when the main thread ends
DAEMONS = {
    "one_burns": "daemons(1, burn)",
    "some_burn": "daemons(5, burn)",
    "some_burn_with_a_tiny_interval": """
        sys.setswitchinterval(1e-6)
        daemons(5, burn)
        """,
    "some_wait_for_the_gil": """
        daemons(10, burn)
        sys.setswitchinterval(100)      # they stay in the queue
        """,
    "some_sleep": "daemons(3, time.sleep, 1000)",
    "some_wake_up_often": "daemons(5, forever, time.sleep, 0.0001)",
    "some_release_all_the_time": "daemons(5, forever, time.sleep, 0)",
    "some_call_the_system": "daemons(5, forever, os.stat, '.')",
    "some_read": "daemons(3, os.read, os.pipe()[0], 1)",
    "some_wait_for_a_lock": "daemons(3, locked.acquire)",
    "some_wait_for_a_lock_with_a_limit":
        "daemons(3, forever, locked.acquire, True, 0.0003)",
    "some_wait_for_a_condition": """
        def wait():
            condition = threading.Condition()
            with condition:
                condition.wait(0.0005)
        daemons(3, forever, wait)
        """,
    "some_echo": """
        daemons(1, forever, lambda: a.send(a.recv(1)))
        daemons(1, forever, lambda: b.send(b.recv(1)))
        a.send(b'x')
        """,
    "some_compute_without_the_gil": """
        import hashlib
        daemons(2, forever, hashlib.sha256, bytes(1 << 20))
        """,
    "some_start_threads": """
        def start():
            try:
                threading.Thread(target=time.sleep, args=(0.001,), daemon=True).start()
            except RuntimeError:        # at shutdown
                pass
            time.sleep(0.001)
        daemons(2, forever, start)
        """,
    "all_of_it": """
        daemons(2, burn)
        daemons(2, forever, time.sleep, 0.0001)
        daemons(2, forever, time.sleep, 0)
        daemons(2, locked.acquire)
        daemons(2, forever, locked.acquire, True, 0.0003)
        daemons(1, os.read, os.pipe()[0], 1)
        """,
}

# how the main thread ends -> code, exit status
ENDS = {
    "returns": ("pass", 0),
    "sys_exit": ("sys.exit(3)", 3),
    "exception": ("1 / 0", 1),
    "sys_exit_in_a_thread": ("threading.Thread(target=sys.exit, args=(3,)).start()", 0),
    "os_exit_in_a_thread": ("daemons(1, os._exit, 4); time.sleep(100)", 4),
    "interrupted_by_a_thread":
        ("daemons(1, _thread.interrupt_main); forever(time.sleep, 0.01)", -2),
    "terminated": ("os.kill(os.getpid(), signal.SIGTERM); time.sleep(100)", -15),
    "exits_from_a_handler": ("""
        signal.signal(signal.SIGALRM, lambda *args: sys.exit(5))
        signal.setitimer(signal.ITIMER_REAL, 0.02)
        burn()
        """, 5),
    "waits_for_other_threads": ("""
        threading.Thread(target=lambda: (time.sleep(0.02), print("last"))).start()
        """, 0),
}


def program(*parts):
    return PRELUDE + "\n".join(textwrap.dedent(part) for part in parts)


class ExitTests(unittest.TestCase):
    def check(self, code, policy, status=0):
        start = time.monotonic()
        result = run_child(code, policy=policy)
        took = time.monotonic() - start
        self.assertEqual(result.returncode, status, result.stderr)
        self.assertNotIn("Fatal", result.stderr)
        self.assertLess(took, PROMPT_S)
        return result

    def test_repeated_exits_are_prompt(self):
        # The races of finalization are short: try often, with a moment's delay
        # that differs, with all kinds of threads.
        for i in range(20):
            policy = plus_helper.POLICIES[i % 2]
            with self.subTest(policy=policy, i=i):
                self.check(program(DAEMONS["all_of_it"], f"time.sleep({i} / 4000)"), policy)

    def test_threads_in_atexit(self):
        # CPython refuses new threads once finalization has begun, not before.
        code = """
            done = []
            def start():
                thread = threading.Thread(target=done.append, args=(1,))
                try:
                    thread.start()
                except RuntimeError:
                    print("refused")
                else:
                    thread.join(10)
                    print("ran", done)
            atexit.register(start)
            daemons(2, burn)
            """
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                out = self.check(program(code), policy).stdout
                self.assertIn(out, ("refused\n", "ran [1]\n"))

    def test_daemon_threads_run_until_atexit_is_over(self):
        code = """
            counts = [0]
            def count():
                while True:
                    counts[0] += 1
            def look():
                before = counts[0]
                time.sleep(0.02)
                print(counts[0] > before)
            atexit.register(look)
            daemons(1, count)
            """
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                self.assertEqual(self.check(program(code), policy).stdout, "True\n")

    def test_finalizers_may_release_the_gil(self):
        # __del__ in the last moments drops the GIL, and gets it back although
        # daemon threads wait for it.
        code = """
            class Slow:
                def __del__(self, sleep=time.sleep, write=os.write):
                    sleep(0.02)
                    write(1, b"deleted")
            # In a module of its own: the threads keep the main module alive.
            sys.modules["slow"] = type(sys)("slow")
            sys.modules["slow"].slow = Slow()
            daemons(3, burn)
            daemons(3, forever, time.sleep, 0.0001)
            """
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                self.assertEqual(self.check(program(code), policy).stdout, "deleted")

    def test_a_c_thread_may_come_too_late(self):
        # A thread of C that calls PyGILState_Ensure() during finalization.
        code = """
            import ctypes
            def body(argument):
                time.sleep(0.0001)
            callback = ctypes.CFUNCTYPE(None, ctypes.c_void_p)(body)
            libc = ctypes.CDLL(None)
            thread = ctypes.c_ulong()
            for _ in range(5):
                libc.pthread_create(ctypes.byref(thread), None, callback, None)
            daemons(1, burn)
            """
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                self.check(program(code), policy)


def add_tests():
    for policy in plus_helper.POLICIES:
        for name, code in DAEMONS.items():
            def test(self, code=code, policy=policy):
                self.check(program(code), policy)
            test.__name__ = f"test_exit_while_{name}_under_{policy}"
            setattr(ExitTests, test.__name__, test)
        for name, (code, status) in ENDS.items():
            def test(self, code=code, policy=policy, status=status):
                self.check(program("daemons(3, burn)", code), policy, status)
            test.__name__ = f"test_main_thread_{name}_under_{policy}"
            setattr(ExitTests, test.__name__, test)


add_tests()

TESTEMBED = os.path.join(os.path.dirname(sys.executable), "Programs", "_testembed")


@unittest.skipUnless(os.access(TESTEMBED, os.X_OK), "needs _testembed of a build tree")
class EmbeddingTests(unittest.TestCase):
    """Py_Initialize() and Py_Finalize() more than once in a process."""

    def embed(self, *args, **env):
        env["PYTHONPATH"] = os.pathsep.join(filter(None, sys.path))
        result = plus_helper.run([TESTEMBED, *args], **env)
        self.assertEqual(result.returncode, 0, result.stderr)
        # _testembed tells of its loops on stderr.
        return result.stdout.splitlines(), result.stderr.count("--- Loop #")

    def test_threads_run_in_each_life(self):
        code = textwrap.dedent("""
            import threading, time
            done = []
            def work():
                for _ in range(5):
                    time.sleep(0.001)
                    sum(range(1000))
                done.append(1)
            threads = [threading.Thread(target=work) for _ in range(5)]
            for thread in threads:
                thread.start()
            while len(done) < 5:
                pass
            for thread in threads:
                thread.join()
            print("ran", len(done))
            """)
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                lines, loops = self.embed("test_repeated_init_exec", code,
                                          PYTHONPLUS_GIL=policy)
                self.assertGreaterEqual(loops, 2)
                self.assertEqual(lines, ["ran 5"] * loops)

    def test_the_policy_is_the_same_in_each_life(self):
        code = "import _thread; print(_thread.gil_info().policy)"
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                lines, loops = self.embed("test_repeated_init_exec", code,
                                          PYTHONPLUS_GIL=policy)
                self.assertGreaterEqual(loops, 2)
                self.assertEqual(lines, [policy] * loops)

    def test_subinterpreters_in_each_life(self):
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                self.embed("test_repeated_init_and_subinterpreters", PYTHONPLUS_GIL=policy)


if __name__ == "__main__":
    unittest.main()
