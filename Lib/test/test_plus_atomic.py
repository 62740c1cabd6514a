"""threading.atomic: levels, flag, object, decorator, and what suspends in a block.

What it keeps away is in test_plus_atomic_quiet.py.
"""

import _thread
import asyncio
import contextlib
import copy
import functools
import inspect
import pickle
import threading
import unittest
from _thread import get_atomic, set_atomic
from test import support
from test.support import import_helper, plus_helper, threading_helper
from test.support.plus_helper import run_child_ok, run_threads
from threading import atomic

threading_helper.requires_working_threading(module=True)

UnderOtherPolicy = plus_helper.under_other_policy(__name__)


def tearDownModule():
    asyncio.set_event_loop_policy(None)


class AtomicTest(unittest.TestCase):
    """A test that leaves the thread as it found it."""

    def setUp(self):
        self.assertIs(get_atomic(), False)
        self.addCleanup(lambda: self.assertIs(get_atomic(), False))


class BlockTests(AtomicTest):
    def test_a_block_is_atomic(self):
        with atomic:
            self.assertIs(get_atomic(), True)
        self.assertIs(get_atomic(), False)

    def test_nothing_is_bound(self):
        with atomic as value:
            self.assertIsNone(value)

    def test_blocks_nest(self):
        with atomic:
            with atomic, atomic:
                self.assertIs(get_atomic(), True)
            self.assertIs(get_atomic(), True)
        self.assertIs(get_atomic(), False)

    def test_blocks_nest_deeply(self):
        def nest(n):
            with atomic:
                return nest(n - 1) if n else get_atomic()

        self.assertIs(nest(500), True)

    def test_exceptions_leave_it(self):
        with self.assertRaises(ZeroDivisionError):
            with atomic:
                try:
                    with atomic:
                        1 / 0
                finally:
                    self.assertIs(get_atomic(), True)
        self.assertIs(get_atomic(), False)

    def test_return_break_and_continue_leave_it(self):
        def leave():
            with atomic:
                return get_atomic()

        self.assertIs(leave(), True)
        self.assertIs(get_atomic(), False)
        for _ in range(3):
            with atomic:
                continue
        for _ in range(3):
            with atomic:
                break
        self.assertIs(get_atomic(), False)

    def test_exit_without_enter(self):
        for _ in range(2):
            with self.assertRaisesRegex(RuntimeError, "in no atomic block"):
                atomic.__exit__(None, None, None)
        self.assertIs(get_atomic(), False)
        set_atomic(True)
        with self.assertRaises(RuntimeError):
            atomic.__exit__(None, None, None)
        self.assertIs(set_atomic(False), True)

    @support.cpython_only
    def test_nothing_is_allocated(self):
        testcapi = import_helper.import_module("_testcapi")
        no_memory, memory = testcapi.set_nomemory, testcapi.remove_mem_hooks
        failed = None
        no_memory(0)
        try:
            with atomic:
                pass
            set_atomic(set_atomic(True))
        except MemoryError:
            failed = True
        memory()
        self.assertIsNone(failed)
        no_memory(0)
        try:
            object()
        except MemoryError:
            failed = True
        memory()
        self.assertTrue(failed, "this test tests nothing")

    def test_methods_by_hand(self):
        atomic.__enter__()
        self.assertIs(get_atomic(), True)
        self.assertIsNone(atomic.__exit__(None, None, None))


class FlagTests(AtomicTest):
    def test_set_returns_what_it_was(self):
        self.assertIs(set_atomic(True), False)
        self.assertIs(set_atomic(True), True)
        self.assertIs(get_atomic(), True)
        self.assertIs(set_atomic(False), True)
        self.assertIs(set_atomic(False), False)

    def test_any_truth_value(self):
        for value in 1, "x", [0]:
            self.assertIs(set_atomic(value), False)
            self.assertIs(set_atomic(value and 0), True)

    def test_bad_arguments(self):
        class Bad:
            def __bool__(self):
                raise KeyError

        self.assertRaises(TypeError, set_atomic)
        self.assertRaises(TypeError, set_atomic, True, False)
        self.assertRaises(TypeError, get_atomic, True)
        self.assertRaises(KeyError, set_atomic, Bad())
        self.assertIs(get_atomic(), False)

    def test_the_idiom_nests_in_itself_and_in_blocks(self):
        def update(n):
            before = set_atomic(True)
            try:
                self.assertIs(get_atomic(), True)
                with atomic:
                    if n:
                        update(n - 1)
                self.assertIs(get_atomic(), True)
            finally:
                set_atomic(before)
            self.assertIs(get_atomic(), before)

        update(3)
        self.assertIs(get_atomic(), False)
        with atomic:
            update(3)
            self.assertIs(get_atomic(), True)

    def test_a_block_in_the_switched_thread_leaves_it_switched(self):
        set_atomic(True)
        with atomic:
            pass
        self.assertIs(get_atomic(), True)
        set_atomic(False)

    def test_a_hole_in_a_block(self):
        with atomic:
            before = set_atomic(False)
            self.assertIs(before, True)
            self.assertIs(get_atomic(), False)
            set_atomic(before)
            self.assertIs(get_atomic(), True)

    def test_a_hole_in_nested_blocks_keeps_the_outer_ones(self):
        with atomic:
            with atomic:
                set_atomic(set_atomic(False))
            self.assertIs(get_atomic(), True)
        with atomic:
            with atomic:
                set_atomic(False)       # and not on again: the block is left
            self.assertIs(get_atomic(), True)

    def test_a_block_in_a_hole(self):
        with atomic:
            set_atomic(False)
            with atomic:
                self.assertIs(get_atomic(), True)
            self.assertIs(get_atomic(), False)
            set_atomic(True)

    def test_a_flag_left_behind_in_a_block_does_not_stay(self):
        for value in True, False:
            with atomic:
                set_atomic(value)
            self.assertIs(get_atomic(), False)
            with atomic:
                self.assertIs(get_atomic(), True)

    def test_many_levels(self):
        def nest(n):
            with atomic:
                if n > 1:
                    return nest(n - 1)
                self.assertIs(set_atomic(True), True)
                return set_atomic(set_atomic(False))

        self.assertIs(nest(63), False)
        with self.assertRaisesRegex(RuntimeError, "63 nested"):
            nest(64)
        self.assertIs(get_atomic(), False)
        self.assertIs(nest(63), False)


class ThreadTests(AtomicTest):
    def test_a_new_thread_is_not_atomic(self):
        with atomic:
            self.assertEqual(run_threads([get_atomic] * 2), [False, False])
            self.assertIs(get_atomic(), True)

    def test_a_thread_that_ends_in_a_block_leaves_nothing(self):
        def end_in_a_block():
            atomic.__enter__()
            set_atomic(True)

        for _ in range(5):
            run_threads([end_in_a_block] * 2)
            self.assertEqual(run_threads([get_atomic]), [False])

    def test_levels_are_those_of_the_thread(self):
        inside, done = threading.Event(), threading.Event()

        def stay():
            with atomic:
                inside.set()
                done.wait()
                return get_atomic()

        def look():
            inside.wait()
            try:
                self.assertRaises(RuntimeError, atomic.__exit__, None, None, None)
                return get_atomic()
            finally:
                done.set()

        self.assertEqual(run_threads([stay, look]), [True, False])

    def test_system_exit(self):
        def leave():
            with self.assertRaises(SystemExit):
                with atomic:
                    _thread.exit()
            return get_atomic()

        self.assertEqual(run_threads([leave]), [False])


class ObjectTests(AtomicTest):
    def test_there_is_one(self):
        self.assertIs(threading.atomic, _thread.atomic)
        self.assertNotIn("atomic", threading.__all__)      # Django has one, too
        self.assertRaises(TypeError, type(atomic))
        self.assertIs(copy.copy(atomic), atomic)
        self.assertIs(copy.deepcopy(atomic), atomic)
        for protocol in range(pickle.HIGHEST_PROTOCOL + 1):
            self.assertIs(pickle.loads(pickle.dumps(atomic, protocol)), atomic)

    def test_looked_up_in_its_type(self):
        # As contextlib, unittest and the definition of the with statement do.
        cls = type(atomic)
        self.assertIsNone(cls.__enter__(atomic))
        self.assertTrue(get_atomic())
        self.assertIsNone(cls.__exit__(atomic, None, None, None))
        self.assertFalse(get_atomic())
        with contextlib.ExitStack() as stack:
            stack.enter_context(atomic)
            self.assertTrue(get_atomic())
        self.assertFalse(get_atomic())
        case = unittest.TestCase()
        case.enterContext(atomic)
        self.assertTrue(get_atomic())
        case.doCleanups()
        self.assertFalse(get_atomic())

        async def main():
            async with contextlib.AsyncExitStack() as stack:
                stack.enter_context(atomic)
                return get_atomic()
        self.assertTrue(asyncio.run(main()))
        self.assertFalse(get_atomic())
        for args in (1,), (atomic, atomic), (None,):
            self.assertRaises(TypeError, cls.__enter__, *args)

    def test_a_star_import_leaves_the_atomic_of_others(self):
        names = {"atomic": "Django's"}
        exec("from threading import *", names)
        self.assertEqual(names["atomic"], "Django's")

    def test_it_cannot_be_changed(self):
        with self.assertRaises(AttributeError):
            atomic.depth = 1
        with self.assertRaises(TypeError):
            type(atomic).__enter__ = None

    def test_repr(self):
        self.assertEqual(repr(atomic), "<threading.atomic>")

    def test_everything_is_explained(self):
        for thing in atomic, atomic.__enter__, atomic.__exit__, set_atomic, get_atomic:
            self.assertTrue(thing.__doc__)
        self.assertIn("Ctrl-C", atomic.__doc__)
        self.assertEqual(str(inspect.signature(set_atomic)), "(on, /)")
        self.assertEqual(str(inspect.signature(get_atomic)), "()")


@atomic
def decorated(a, b=2, *args, key: int = 3, **kwargs) -> tuple:
    """Docs."""
    return get_atomic(), a, b, args, key, kwargs


class DecoratorTests(AtomicTest):
    def test_the_call_is_atomic(self):
        self.assertEqual(decorated(1), (True, 1, 2, (), 3, {}))
        self.assertEqual(decorated(1, 4, 5, key=6, other=7), (True, 1, 4, (5,), 6, {"other": 7}))
        self.assertIs(get_atomic(), False)

    def test_exceptions_pass(self):
        @atomic
        def fail():
            self.assertIs(get_atomic(), True)
            raise KeyError(1)

        with self.assertRaises(KeyError) as caught:
            fail()
        self.assertEqual(caught.exception.args, (1,))
        self.assertIs(get_atomic(), False)

    def test_it_looks_like_the_function(self):
        self.assertEqual(decorated.__name__, "decorated")
        self.assertEqual(decorated.__module__, __name__)
        self.assertEqual(decorated.__doc__, "Docs.")
        self.assertEqual(str(inspect.signature(decorated)),
                         "(a, b=2, *args, key: int = 3, **kwargs) -> tuple")
        self.assertTrue(inspect.isfunction(decorated))
        self.assertEqual(decorated.__wrapped__.__code__.co_name, "decorated")
        self.assertIs(pickle.loads(pickle.dumps(decorated)), decorated)

    def test_methods(self):
        class Account:
            @atomic
            def method(self, x):
                return self, x, get_atomic()

            @classmethod
            @atomic
            def of_class(cls):
                return cls, get_atomic()

            @staticmethod
            @atomic
            def static():
                return get_atomic()

            @property
            @atomic
            def value(self):
                return get_atomic()

        account = Account()
        self.assertEqual(account.method(1), (account, 1, True))
        self.assertEqual(Account.of_class(), (Account, True))
        self.assertIs(Account.static(), True)
        self.assertIs(account.value, True)

    def test_builtins_and_partials(self):
        self.assertIs(atomic(get_atomic)(), True)
        self.assertEqual(atomic(functools.partial(decorated, 9))()[:2], (True, 9))

    def test_what_suspends_is_refused(self):
        def generator():
            yield

        async def coroutine():
            pass

        async def async_generator():
            yield

        class Has:
            def method(self):
                yield

        bad = [generator, coroutine, async_generator, Has().method,
               functools.partial(coroutine), functools.partial(Has().method)]
        for function in bad:
            with self.subTest(function), self.assertRaisesRegex(TypeError, "suspended"):
                atomic(function)

    def test_what_is_no_function_is_refused(self):
        class Plain:
            pass

        for value in None, 1, Plain, Plain(), classmethod(len):
            with self.subTest(value), self.assertRaisesRegex(TypeError, "functions"):
                atomic(value)
        self.assertRaises(TypeError, atomic)
        self.assertRaises(TypeError, atomic, len, len)
        self.assertRaises(TypeError, atomic, function=len)


class SuspensionTests(AtomicTest):
    """A block belongs to the thread, not to the generator that entered it."""

    @staticmethod
    def generate():
        with atomic:
            yield 1
            yield 2

    def test_a_suspended_generator_leaves_the_thread_atomic(self):
        generator = self.generate()
        self.assertIs(get_atomic(), False)
        next(generator)
        self.assertIs(get_atomic(), True)
        generator.close()
        self.assertIs(get_atomic(), False)

    def test_it_ends_with_the_generator(self):
        for _ in self.generate():
            self.assertIs(get_atomic(), True)
        self.assertIs(get_atomic(), False)
        generator = self.generate()
        next(generator)
        del generator
        self.assertIs(get_atomic(), False)

    def test_an_exception_that_is_thrown_in(self):
        generator = self.generate()
        next(generator)
        self.assertRaises(KeyError, generator.throw, KeyError)
        self.assertIs(get_atomic(), False)

    def test_generators_that_overlap(self):
        first, second = self.generate(), self.generate()
        next(first), next(second)
        first.close()
        self.assertIs(get_atomic(), True)
        second.close()
        self.assertIs(get_atomic(), False)

    def test_another_thread_cannot_end_it(self):
        generator = self.generate()
        next(generator)

        def close():
            with self.assertRaisesRegex(RuntimeError, "in no atomic block"):
                generator.close()

        run_threads([close])
        self.assertIs(get_atomic(), True)
        atomic.__exit__(None, None, None)

    def test_await_in_a_block(self):
        # Other tasks run at an await, as if the block were theirs too; other
        # threads run when the event loop waits.
        seen, ran = [], threading.Event()

        async def in_a_block():
            with atomic:
                await asyncio.sleep(0)
                seen.append(("block", get_atomic()))
                threading.Thread(target=ran.set).start()
                while not ran.is_set():
                    await asyncio.sleep(0.001)

        async def beside():
            seen.append(("beside", get_atomic()))

        async def main():
            await asyncio.gather(in_a_block(), beside())
            seen.append(("after", get_atomic()))

        asyncio.run(main())
        self.assertEqual(seen, [("beside", True), ("block", True), ("after", False)])
        self.assertTrue(ran.is_set())


class ForkTests(unittest.TestCase):
    @unittest.skipUnless(hasattr(__import__("os"), "fork"), "needs os.fork()")
    def test_the_child_keeps_the_state_of_its_thread(self):
        run_child_ok("""
            import os, threading, time
            from _thread import get_atomic, set_atomic
            from threading import atomic

            def in_child(function):
                pid = os.fork()
                if pid == 0:
                    ok = False
                    try:
                        ok = function()
                    finally:
                        os._exit(not ok)
                assert os.waitpid(pid, 0)[1] == 0, function

            def child():
                if not get_atomic():
                    return False
                atomic.__exit__(None, None, None)
                if get_atomic():
                    return False
                thread = threading.Thread(target=time.sleep, args=(0,))
                thread.start()
                thread.join()
                return True

            in_child(lambda: not get_atomic())
            with atomic:
                in_child(child)
                assert get_atomic()
            set_atomic(True)
            in_child(get_atomic)
            set_atomic(False)

            # Other threads of the parent, atomic as they may be, do not count.
            thread = threading.Thread(target=lambda: atomic.__enter__() or time.sleep(0.5))
            thread.start()
            time.sleep(0.1)
            in_child(lambda: not get_atomic())
            thread.join()
        """, "-W", "ignore::DeprecationWarning")


if __name__ == "__main__":
    unittest.main()
