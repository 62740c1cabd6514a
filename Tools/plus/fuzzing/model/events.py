# Copyright PythonPlus contributors.
"""Events."""
from ..operations import EVENTS


class Events:
    def __init__(self):
        super().__init__()
        self.flags = dict.fromkeys(EVENTS, False)
        self.event_waiters = {name: [] for name in EVENTS}

    def event_wait(self, actor, name, how):
        if self.in_python(name):
            self.enter(actor, name, "event_wait_inside", name, how)
        elif self.flags[name] or how == "poll":
            self.done(actor, self.flags[name])
        else:
            self.sleep_on_event(actor, name, how)

    def event_wait_inside(self, actor, name, how):
        """Who polls can be notified too: it releases the lock for a moment."""
        if self.flags[name]:
            self.done(actor, True)
        else:
            self.sleep_on_event(actor, name, "timed" if how == "poll" else how)

    def sleep_on_event(self, actor, name, how):
        self.event_waiters[name].append(actor)
        self.waits[actor] = ("event", name, how)

    def event_set(self, actor, name):
        self.called(name)
        if self.in_python(name):
            self.enter(actor, name, "set_inside", name)
        else:
            self.set_inside(actor, name)

    def set_inside(self, actor, name):
        self.set_flag(name)
        self.done(actor, None)

    def event_clear(self, actor, name):
        if self.in_python(name):
            self.enter(actor, name, "clear_inside", name)
        else:
            self.clear_inside(actor, name)

    def clear_inside(self, actor, name):
        self.flags[name] = False
        self.done(actor, None)

    def set_flag(self, name):
        self.flags[name] = True
        self.notify_event(name, len(self.waits))

    def notify_event(self, name, n):
        waiters = self.event_waiters[name]
        notified, self.event_waiters[name] = waiters[:n], waiters[n:]
        for waiter in notified:
            if self.waits[waiter][0] != "event":
                continue                    # its time was up before
            if self.in_python(name):
                self.waits[waiter] = ("event out", name, True)
            else:
                self.done(waiter, True)

    def event_steps(self):
        for actor, wait in enumerate(self.waits):
            if wait is None:
                continue
            if wait[0] == "event out":
                yield lambda state, actor=actor: state.come_out_of_event(actor)
            elif wait[0] == "event" and wait[2] == "timed":
                yield lambda state, actor=actor: state.leave_event(actor, False, stays=False)
                if self.in_python(wait[1]):
                    yield lambda state, actor=actor: state.leave_event(actor, False, stays=True)

    def leave_event(self, actor, result, stays):
        name = self.waits[actor][1]
        if not stays:
            self.forget_event_waiter(actor, name)
        if self.in_python(name):
            self.waits[actor] = ("event out", name, result)
        else:
            self.done(actor, result)

    def come_out_of_event(self, actor):
        """The result is known; CPython takes the lock again."""
        _, name, result = self.waits[actor]
        self.enter(actor, name, "event_over", name, result)

    def event_over(self, actor, name, result):
        self.forget_event_waiter(actor, name)
        self.done(actor, result)

    def forget_event_waiter(self, actor, name):
        if actor in self.event_waiters[name]:
            self.event_waiters[name].remove(actor)
