# Copyright PythonPlus contributors.
"""One input: actors do what it says, batch by batch, and the model must agree.

The main thread is an actor, so another thread, the helper, runs the trial.
"""
import faulthandler
import os
import signal
import sys
import threading
import time

import plus_waits

from . import operations, semantics
from .actors import SIGNAL, Stage

LIMIT_S = 20                # for one batch to come to rest


class Wrong(Exception):
    """The interpreter and the model disagree."""


def attempt(script):
    """Run the script.  Called by the main thread.  Raises Wrong."""
    trial = Trial(script)
    main = trial.stage.actors[0]
    before = signal.signal(SIGNAL, trial.stage.handler)
    # A signal that comes just before a read() does not end it, so it writes something.
    # Then the main thread looks for signals.
    os.set_blocking(main.tell, False)
    signal.set_wakeup_fd(main.tell)
    helper = threading.Thread(target=trial.run)
    try:
        helper.start()
        main.run()
        helper.join()
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(SIGNAL, before)
    trial.close()
    if trial.wrong is not None:
        raise Wrong(trial.wrong)


def attempt_bytes(data):
    attempt(operations.decode(data))


class Trial:
    def __init__(self, script):
        self.script = script
        self.states = [semantics.State()]
        self.stage = Stage(self.states[0])
        self.done = []
        self.wrong = None

    def run(self):
        """By the helper.  A trial that is wrong leaves its threads behind: they wait."""
        actors = self.stage.actors
        actors[operations.HELPER].ident = threading.get_ident()
        try:
            for actor in actors[1:operations.ACTORS]:
                actor.start()
            while any(actor.ident is None for actor in actors):
                time.sleep(0)
            for batch in operations.batches(self.script):
                self.play(semantics.possible(self.states[0], batch))
            while (op := semantics.way_out(self.states[0])) is not None:
                self.play([op])
            self.end()
        except BaseException as exc:
            self.wrong = str(exc) if isinstance(exc, Wrong) else repr(exc)
            give_up(self)

    def play(self, batch):
        if not batch:
            return
        self.done.append(batch)
        expected = semantics.explore(self.states, batch)
        self.stage.state = self.states[0]
        for op in batch:
            self.stage.begin(*op)
        seen = self.wait_for({state.seen() for state in expected})
        self.states = [state for state in expected if state.seen() == seen]

    def wait_for(self, expected):
        """Returns what is seen when it is one of those."""
        end = time.monotonic() + LIMIT_S
        pause = 0
        while True:
            seen = self.stage.seen(lambda: plus_waits.sleeping()[0])
            if seen in expected:
                return seen
            if time.monotonic() > end:
                raise Wrong(self.tell(seen, expected))
            time.sleep(pause)
            pause = min(pause + 1e-5, 1e-3)

    def end(self):
        main, *others = self.stage.actors[:operations.ACTORS]
        for actor in others:
            actor.begin(None)
            actor.thread.join(LIMIT_S)
            if actor.thread.is_alive():
                raise Wrong(f"actor {actor.number} does not end")
        _, places = plus_waits.sleeping()
        if places > 0:
            raise Wrong(f"{places} places in wait queues are left")
        main.begin(None)

    def close(self):
        for actor in self.stage.actors:
            actor.close()

    def tell(self, seen, expected):
        lines = [" ".join(map(str, op)) for batch in self.done for op in batch]
        names = ("results", "waits", "waiters of conditions", "locked", "units", "flags",
                 "items", "calls of derived classes", "handled")
        return "\n".join(["after", *lines, "is"]
                         + [f"  {name}: {value}" for name, value in zip(names, seen or ())]
                         + ["expected is one of"] + [f"  {state}" for state in expected])


def give_up(trial):
    """Who waits cannot be helped, and the main thread may be among them."""
    print(trial.wrong, file=sys.stderr, flush=True)
    faulthandler.dump_traceback(all_threads=True)
    os.abort()
