"""Subinterpreters, with the main interpreter's GIL ("legacy") or one of their own
("isolated"): each GIL has a scheduler of its own, and threads use all of them."""

import _thread
import os
import threading
import time
import unittest
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import Burners, run_threads

threading_helper.requires_working_threading(module=True)
_interpreters = import_helper.import_module("_interpreters")

KINDS = ["legacy", "isolated"]

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


class InterpreterTestCase(unittest.TestCase):
    def create(self, kind):
        interpreter = _interpreters.create(kind)
        self.addCleanup(self.destroy, interpreter)
        return interpreter

    def destroy(self, interpreter):
        if interpreter in [entry[0] for entry in _interpreters.list_all()]:
            _interpreters.destroy(interpreter)

    def execute(self, interpreter, code, **shared):
        failure = _interpreters.exec(interpreter, code, shared)
        if failure is not None:
            self.fail(failure.errdisplay)

    def ask(self, interpreter, code):
        """Return the bytes that code writes to the file descriptor `out`."""
        r, w = os.pipe()
        try:
            self.execute(interpreter, "import os\n" + code, out=w)
            return os.read(r, 1000)
        finally:
            os.close(r)
            os.close(w)


# Compute until the time is over, and count; then say how far it came.
BURN = """
import time
end = time.monotonic() + seconds
n = 0
while time.monotonic() < end:
    n += 1
import os
os.write(out, b"%d\\n" % n)
"""


class InterpreterTests(InterpreterTestCase):
    def test_one_thread_uses_many_gils_in_turn(self):
        # More than it keeps accounts of, and GILs that lie where others were.
        def work():
            for _ in range(3):
                interpreters = [self.create("isolated") for _ in range(3)]
                for interpreter in interpreters * 3:
                    self.execute(interpreter, "sum(range(1000))")
                    sum(range(1000))
                for interpreter in interpreters:
                    _interpreters.destroy(interpreter)

        with Burners(1):
            run_threads([work])

    def test_gil_info_is_the_same_in_each(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                answer = self.ask(self.create(kind), """if True:
                    import _thread
                    os.write(out, ' '.join(_thread.gil_info()).encode())
                    """)
                self.assertEqual(answer.decode().split(" "), list(_thread.gil_info()))

    def test_cpu_bound_interpreters_all_get_on(self):
        for kinds in (["legacy"] * 3, ["isolated"] * 3, ["legacy", "isolated"] * 2):
            with self.subTest(kinds=kinds):
                interpreters = [self.create(kind) for kind in kinds]
                r, w = os.pipe()
                with os.fdopen(r) as results, os.fdopen(w, "w") as writer:
                    with Burners(1) as burners:
                        run_threads([lambda i=i: self.execute(
                            i, BURN, out=writer.fileno(), seconds=0.15)
                            for i in interpreters])
                        burners.wait_for_progress()
                    for _ in interpreters:
                        self.assertGreater(int(results.readline()), 0)

    def test_threads_of_an_interpreter_get_on(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                answer = self.ask(self.create(kind), """if True:
                    import threading, time
                    done = []
                    def work():
                        for _ in range(5):
                            sum(range(10000))
                            time.sleep(0.0005)
                        done.append(1)
                    threads = [threading.Thread(target=work) for _ in range(4)]
                    for thread in threads: thread.start()
                    for thread in threads: thread.join()
                    os.write(out, b"%d" % len(done))
                    """)
                self.assertEqual(answer, b"4")

    def test_a_sleeper_in_one_wakes_beside_cpu_threads_of_another(self):
        # legacy: the same scheduler, so as in one interpreter.  isolated: another
        # GIL, which is idle.
        for kind in KINDS:
            with self.subTest(kind=kind):
                interpreter = self.create(kind)
                with Burners(2):
                    answer = self.ask(interpreter, """if True:
                        import time
                        start = time.monotonic()
                        for _ in range(20):
                            time.sleep(0.001)
                        os.write(out, b"%f" % (time.monotonic() - start))
                        """)
                self.assertLess(float(answer), 2 * plus_helper.PATIENCE)

    def test_an_own_gil_is_not_held_up_by_a_long_call(self):
        # The interpreter's GIL is held by a C function for long; the main
        # interpreter's threads need not wait for it.  With one GIL for both the
        # rounds would be 1 or 2.
        interpreter = self.create("isolated")
        thread = threading.Thread(target=self.execute, args=(
            interpreter, "sum(range(20_000_000))"))
        thread.start()
        rounds = 0
        while thread.is_alive():
            time.sleep(0.001)
            rounds += 1
        thread.join()
        self.assertGreater(rounds, 10)

    def test_a_thread_that_changes_interpreters_keeps_its_place(self):
        # One OS thread enters interpreter after interpreter: its waiter moves
        # from GIL to GIL, and its account begins anew there.
        interpreters = [self.create(kind) for kind in KINDS * 2]

        def wander():
            for interpreter in interpreters * 3:
                self.execute(interpreter, "import time; time.sleep(0.001); sum(range(1000))")

        with Burners(1) as burners:
            run_threads([wander])
            burners.wait_for_progress()

    def test_interpreters_come_and_go_beside_others(self):
        for kind in KINDS:
            with self.subTest(kind=kind):
                with Burners(1) as burners:
                    for _ in range(3):
                        interpreter = _interpreters.create(kind)
                        self.execute(interpreter, "import time; time.sleep(0)")
                        _interpreters.destroy(interpreter)
                    burners.wait_for_progress()

    def test_interpreters_come_and_go_in_many_threads(self):
        def life(kind):
            for _ in range(3):
                interpreter = _interpreters.create(kind)
                self.execute(interpreter, "x = sum(range(10000))")
                _interpreters.destroy(interpreter)

        run_threads([lambda kind=kind: life(kind) for kind in KINDS * 2])

    def test_an_interpreter_ends_while_others_burn(self):
        r, w = os.pipe()
        with os.fdopen(r, "rb") as results, os.fdopen(w, "wb") as writer:
            others = [self.create(kind) for kind in KINDS]
            threads = [threading.Thread(target=self.execute, args=(i, BURN), kwargs=dict(
                out=writer.fileno(), seconds=0.3)) for i in others]
            for thread in threads:
                thread.start()
            for kind in KINDS * 2:
                _interpreters.destroy(_interpreters.create(kind))
            plus_helper.join_all(threads)
            for _ in others:
                self.assertGreater(int(results.readline()), 0)

    def test_the_switch_interval_belongs_to_the_gil(self):
        # As in CPython: what an interpreter with its own GIL sets is its own.
        read = "import sys; os.write(out, b'%r' % sys.getswitchinterval())"
        legacy, isolated = map(self.create, KINDS)
        with plus_helper.SwitchInterval(0.25):
            self.assertEqual(float(self.ask(legacy, read)), 0.25)
            self.assertEqual(float(self.ask(isolated, read)), 0.005)
            self.execute(isolated, "import sys; sys.setswitchinterval(0.5)")
            self.assertEqual(float(self.ask(isolated, read)), 0.5)
            self.assertEqual(float(self.ask(legacy, read)), 0.25)


class ExitTests(unittest.TestCase):
    def test_exit_with_interpreters_alive(self):
        # The main thread ends each of them, so it releases and takes the GIL
        # after finalization has begun, while daemon threads yield it and end.
        code = """
            import _interpreters, threading, time
            def burn():
                while True:
                    pass
            ids = [_interpreters.create(kind) for kind in ("legacy", "isolated")]
            for i in ids:
                _interpreters.exec(i, "import time; time.sleep(0.001)")
            for _ in range(2):
                threading.Thread(target=burn, daemon=True).start()
            """
        for policy in plus_helper.POLICIES:
            with self.subTest(policy=policy):
                for _ in range(6):
                    plus_helper.run_child_ok(code, policy=policy, limit=10 * plus_helper.PATIENCE)


if __name__ == "__main__":
    unittest.main()
