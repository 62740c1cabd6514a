# Copyright PythonPlus contributors.
"""Rounds in which the interpreters take turns, run by run.

Where a hypervisor shares the cores, their speed changes by half within a tenth
of a second.  Measured one after the other, two equal interpreters then differ
by ten percent; taking turns of some milliseconds on one core, they meet the
same speed, and the difference that is left is theirs.
"""
import contextlib
import os
import time

from . import children, runner

LEAST_TURNS = 5


class Lockstep(runner.Run):
    """A Run whose measurements of a case in a round go on at the same time."""

    def go(self, progress):
        total = self.rounds * len(self.cases)
        for done in range(total):
            round_number, place = divmod(done, len(self.cases))
            case = self.cases[place]
            turn_order = [index for index in runner.order(len(self.interpreters), round_number)
                          if not self._given_up(case, index)]
            progress(done, total, round_number, case, 0)
            self._measure_together(round_number, case, turn_order)

    def _measure_together(self, round_number, case, indices):
        at = time.time()
        where = {index: {"round": round_number, "case": case.name, "interpreter": index,
                         "at": at} for index in indices}
        with contextlib.ExitStack() as stack:
            talks = {}
            for index in indices:
                with self._noted(where[index], talks, index):
                    talks[index] = stack.enter_context(children.Talk(
                        self.interpreters[index].command, self._request(case), self.limit))
                    pin(talks[index].pid)
            longest = max([self._ask(where, talks, index) for index in indices] or [0])
            for turn in range(max(LEAST_TURNS, int(self.seconds / longest)) if longest else 0):
                # Who comes first in a pair finds the caches of the other.
                for index in indices if turn % 2 else indices[::-1]:
                    self._ask(where, talks, index, "\n")
            for index in list(talks):
                self._finish(where, talks, index)

    def _ask(self, where, talks, index, text=""):
        """Return the seconds that the child answers; 0 and no child if it failed."""
        if index in talks:
            with self._noted(where[index], talks, index):
                return talks[index].ask(text)
        return 0

    def _finish(self, where, talks, index):
        with self._noted(where[index], talks, index):
            answer = talks[index].end()
            runner.check(answer, self.interpreters[index])
            self.results.append(dict(where[index], **answer))

    @contextlib.contextmanager
    def _noted(self, where, talks, index):
        """One that fails leaves the others alone."""
        try:
            yield
        except children.ChildFailed as error:
            talks.pop(index, None)
            self._failed(where, error)


def pin(pid):
    """Let a process run on one core only, the same one for all."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(pid, {max(os.sched_getaffinity(0))})
