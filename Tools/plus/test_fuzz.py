# Copyright PythonPlus contributors.
"""Tests of fuzz.py: the inputs that are kept, the model, and what is refused.

usage: build/plus/python Tools/plus/test_fuzz.py
"""
import os
import random
import subprocess
import sys
import tempfile
import textwrap
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
if HERE not in sys.path:     # regrtest has put it there; as a script too
    sys.path.insert(0, HERE)

from fuzzing import build_waits, operations, semantics

CORPUS = os.path.join(HERE, "fuzzing", "corpus")
LIMIT_S = 120               # for a command of these tests

BLOCK = "block"


def fuzz(*args):
    return subprocess.run([sys.executable, os.path.join(HERE, "fuzz.py"), *args],
                          capture_output=True, encoding="utf-8", timeout=LIMIT_S)


def after(*script):
    """The states after operations, one at a time."""
    states = [semantics.State()]
    for who, *what in script:
        states = semantics.explore(states, [(who, tuple(what))])
    return states


class InputTests(unittest.TestCase):
    def test_a_script_and_its_bytes(self):
        rng = random.Random(1)
        script = [(rng.randrange(operations.ACTORS), what, rng.random() < 0.5)
                  for what in operations.OPERATIONS]
        for i in range(0, len(script), operations.LONGEST):
            part = script[i:i + operations.LONGEST]
            self.assertEqual(operations.decode(operations.encode(part)), part)

    def test_any_bytes_will_do(self):
        self.assertEqual(operations.decode(b""), [])
        self.assertEqual(operations.decode(b"\xff"), [])
        self.assertEqual(len(operations.decode(b"\xff" * 1000)), operations.LONGEST)

    def test_inputs_keep_their_meaning(self):
        # New operations come at the end.
        for number, what in [(0, ("acquire", "lock0", "block")), (43, ("signal", "note")),
                             (48, ("signal", "up")), (49, ("acquire", "lock2", "block"))]:
            self.assertEqual(operations.decode(bytes([0, number])), [(0, what, False)])

    def test_groups(self):
        everything = operations.of_groups(operations.GROUPS)
        self.assertEqual(everything, list(operations.OPERATIONS))
        queue = operations.of_groups(["queue"])
        self.assertTrue({("qput", "block"), ("look", "not_full"), ("fork",)} <= set(queue))
        self.assertNotIn(("put",), queue)

    def test_who_begins_at_the_same_time(self):
        put, fork = ("put",), ("fork",)
        self.assertEqual(list(operations.batches([(1, put, True), (2, put, True), (3, put, True)])),
                         [[(1, put), (2, put)], [(3, put)]])
        for other in (1, put, True), (2, fork, True):
            self.assertEqual(len(list(operations.batches([(1, put, True), other]))), 2)


class ModelTests(unittest.TestCase):
    def only(self, *script):
        states = after(*script)
        self.assertEqual(len(states), 1)
        return states[0]

    def test_a_lock_goes_to_the_first_waiter(self):
        state = self.only((1, "acquire", "lock0", BLOCK), (2, "acquire", "lock0", BLOCK),
                          (3, "acquire", "lock0", BLOCK), (1, "release", "lock0"))
        self.assertEqual(state.logs[1:4], [(True, None), (True,), ()])
        self.assertEqual(state.queues["lock0"].waiters, [3])

    def test_barging(self):
        begun = after((1, "acquire", "lock0", BLOCK), (2, "acquire", "lock0", BLOCK))
        states = semantics.explore(begun, [(1, ("release", "lock0")),
                                           (3, ("acquire", "lock0", BLOCK))])
        self.assertEqual({tuple(state.queues["lock0"].waiters) for state in states},
                         {(2,), (3,)})

    def test_a_timed_wait_ends(self):
        state = self.only((1, "acquire", "rlock", BLOCK), (2, "acquire", "rlock", "timed"),
                          (1, "wait", "cond1", "timed"))
        self.assertEqual(state.logs[1:3], [(True, False), (False,)])
        self.assertEqual(state.owner, 1)

    def test_a_wait_gives_back_all_of_an_rlock(self):
        state = self.only((1, "acquire", "rlock", BLOCK), (1, "acquire", "rlock", BLOCK),
                          (1, "wait", "cond1", BLOCK), (2, "acquire", "rlock", BLOCK),
                          (2, "notify", "cond1", 1), (2, "release", "rlock"))
        self.assertEqual((state.owner, state.count, state.logs[1]), (1, 2, (True, True, True)))

    def test_a_signal_costs_no_place(self):
        state = self.only(*((who, "down", "semaphore", BLOCK) for who in (1, 0, 2)),
                          (0, "signal", "note"))
        self.assertEqual(state.queues["semaphore"].waiters, [0, 2])

    def test_a_look_loses_no_unit(self):
        # Of two units the native semaphore has given one when it turns into Python code.
        begun = after(*[(who, "down", "semaphore", BLOCK) for who in (3, 1, 2)])
        states = semantics.explore(begun, [(3, ("up", "semaphore", 2)),
                                           (0, ("look", "semaphore"))])
        self.assertEqual({(state.logs[0], state.waits[1], state.waits[2]) for state in states},
                         {((waiting,), None, None) for waiting in (0, 2)})
        states = semantics.explore(begun, [(0, ("up_and_look", "semaphore"))])
        self.assertEqual({(state.logs[0], state.waits[1], state.waits[2]) for state in states},
                         {((0,), None, None)})

    def test_a_look_finds_who_waits(self):
        for begin, name in [(("event_wait", "event", BLOCK), "event"),
                            (("qget", BLOCK), "not_empty")]:
            state = self.only((1, *begin), (2, *begin), (0, "look", name))
            self.assertEqual(state.logs[0], (2,))

    def test_notified_by_cond_without_a_unit(self):
        state = self.only(*((who, "down", "own_semaphore", BLOCK) for who in (0, 1)),
                          (2, "notify_in", "own_semaphore", 1))
        self.assertEqual((state.logs[1], state.queues["own_semaphore"].waiters), ((), [1]))
        state = self.only((1, "event_wait", "event", BLOCK), (2, "notify_in", "event", 1))
        self.assertEqual((state.logs[1], state.flags["event"]), ((True,), False))

    def test_cond_keeps_others_out(self):
        state = self.only((0, "hold", "event"), (1, "event_set", "event"))
        self.assertEqual((state.seen()[1][1], state.flags["event"]), ("event._cond", False))
        states = semantics.explore([state], [(2, ("let_go", "event"))])
        self.assertEqual([state.flags["event"] for state in states], [True])

    def test_a_queue_is_full(self):
        state = self.only((1, "qput", "poll"), (1, "qput", "poll"), (1, "qput", "timed"),
                          (2, "qput", BLOCK), (3, "qget", BLOCK))
        self.assertEqual(state.logs[1:4], [(None, None, "Full"), (None,), ("item",)])

    def test_asking_a_foreign_lock_takes_it_for_a_moment(self):
        states = semantics.explore([semantics.State()], [(1, ("notify", "bare_cond", 1)),
                                                         (2, ("acquire", "bare", "poll"))])
        self.assertEqual({(state.logs[1], state.logs[2]) for state in states},
                         {(("RuntimeError",), (True,)), (("RuntimeError",), (False,)),
                          ((None,), (True,))})

    def test_what_would_break_python_code_is_left_out(self):
        state = self.only((1, "acquire", "bare", BLOCK))
        wait, release = (1, ("wait", "bare_cond", BLOCK)), (2, ("release", "bare"))
        self.assertEqual(semantics.possible(state, [wait, release]), [wait])
        let_go = (2, ("let_go", "event"))       # nobody holds it
        self.assertEqual(semantics.possible(state, [let_go, release]), [release])

    def test_everybody_is_helped_out(self):
        rng = random.Random(2)
        for _ in range(200):
            states = [semantics.State()]
            for _ in range(20):
                op = rng.randrange(operations.ACTORS), rng.choice(operations.OPERATIONS)
                if semantics.can_begin(states[0], *op):
                    states = semantics.explore(states, [op])[:1]
            for _ in range(200):
                if (op := semantics.way_out(states[0])) is None:
                    break
                states = semantics.explore(states, [op])[:1]
            self.assertEqual(states[0].waits, [None] * (operations.ACTORS + 1))


@unittest.skipUnless(build_waits.is_native(), "needs the native locks of a build folder")
class RunTests(unittest.TestCase):
    def test_the_corpus(self):
        result = fuzz(CORPUS)
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertEqual(result.stdout, f"{len(os.listdir(CORPUS))} inputs: the model agrees\n")

    def test_random_inputs(self):
        result = fuzz("--seconds", "2", "--seed", "5")
        self.assertEqual((result.returncode, result.stderr), (0, ""))
        self.assertRegex(result.stdout, r"^fuzz\.py: seed 5\n[1-9]\d* inputs: the model agrees\n$")

    def fails(self, name, mistake):
        """Run an input of the corpus with a mistake in the model; return what is told."""
        code = f"""if True:
            import sys
            sys.path.insert(0, {HERE!r})
            import fuzz
            from fuzzing import semantics
            {textwrap.indent(mistake, " " * 12).lstrip()}
            fuzz.build_waits.compile_waits(fuzz.BUILD)
            sys.path.insert(0, fuzz.BUILD)
            from fuzzing import trial
            trial.LIMIT_S = 0.5
            fuzz.main([{os.path.join(CORPUS, name)!r}])
            """
        result = subprocess.run([sys.executable, "-c", code], capture_output=True,
                                encoding="utf-8", timeout=LIMIT_S)
        self.assertEqual(result.returncode, -6, result)
        self.assertIn("expected is one of", result.stderr)
        return result.stderr

    def test_a_wrong_order_is_noticed(self):
        # The one that waited last is notified first.
        told = self.fails("notified-in-order", textwrap.dedent("""\
            def notify(self, actor, cond, n):
                self.conditions[cond].reverse()
                right(self, actor, cond, n)
            right, semantics.State.notify = semantics.State.notify, notify"""))
        self.assertIn("3 ('notify', 'cond1', 2)", told)

    def test_a_lost_unit_is_noticed(self):
        # None is lost; the model says that who waits natively is forgotten by a look.
        told = self.fails("look-at-semaphore-in-mid-wait", textwrap.dedent("""\
            def turn_semaphore(self, name):
                right(self, name)
                self.queues[name].waiters.clear()
            right = semantics.State.turn_semaphore
            semantics.State.turn_semaphore = turn_semaphore"""))
        self.assertIn("('look', 'semaphore')", told)

    def test_what_a_child_lacks_is_noticed(self):
        told = self.fails("fork-with-a-handed-unit", textwrap.dedent("""\
            def release_before_fork(self, actor, name):
                self.called(name)
                self.release_units(name, 2)
                return True
            semantics.State.release_before_fork = release_before_fork"""))
        self.assertIn("('fork_after_release', 'semaphore')", told)


class RefusalTests(unittest.TestCase):
    WRONG = [(["--seconds", "0"], "0 is not a number of seconds"),
             (["--seconds", "nan"], "nan is not a number of seconds"),
             (["--seed", "x"], "--seed"),
             (["--show"], "--show wants a file"),
             (["/no/such/file"], "/no/such/file cannot be read"),
             (["--nothing"], "--nothing")]

    def test_wrong_arguments(self):
        for args, message in self.WRONG:
            with self.subTest(args=args):
                result = fuzz(*args)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn(message, result.stderr)

    def test_show(self):
        result = fuzz("--show", os.path.join(CORPUS, "barging"))
        self.assertEqual(result.returncode, 0)
        self.assertIn("1: release lock0, at the same time 3: acquire lock0 block\n", result.stdout)

    def test_libfuzzer(self):
        run = os.path.join(HERE, "fuzzing", "run")
        with tempfile.TemporaryDirectory() as folder:
            for args, message in [(["--check", "no-such-compiler"], "is not installed"),
                                  (["build", folder, "--seconds", "0"], "from 1 on"),
                                  (["build", folder, "/no/such"], "cannot be read"),
                                  (["build"], "usage")]:
                with self.subTest(args=args):
                    result = subprocess.run([run, *args], capture_output=True, encoding="utf-8",
                                            timeout=LIMIT_S)
                    self.assertEqual((result.returncode, result.stdout), (2, ""))
                    self.assertIn(message, result.stderr)


if __name__ == "__main__":
    unittest.main()
