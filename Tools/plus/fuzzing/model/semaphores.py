# Copyright PythonPlus contributors.
"""Semaphores. One that is native wakes one waiter at a time, which then sees to the next;
Python code wakes as many as there are new units, and each looks whether one is left."""


class Semaphores:
    def down(self, actor, name, how):
        if self.in_python(name):
            self.enter(actor, name, "down_inside", name, how)
        elif self.queues[name].value or how != "poll":
            self.come_in(actor, name, ("in", name, how))
        else:
            self.done(actor, False)

    def down_inside(self, actor, name, how, over=False, at_head=False):
        """over: its time is up. at_head: where it waits on, if it was woken in vain."""
        queue = self.queues[name]
        self.forget_unit_waiter(actor, name)
        if queue.value:
            queue.value -= 1
            self.done(actor, True)
        elif how == "poll" or over:
            self.done(actor, False)
        else:
            queue.waiters.insert(0 if at_head else len(queue.waiters), actor)
            self.waits[actor] = ("in", name, how)

    def forget_unit_waiter(self, actor, name):
        if actor in self.queues[name].waiters:
            self.queues[name].waiters.remove(actor)

    def leave_units(self, actor, result, stays):
        """Also of a lock."""
        name = self.waits[actor][1]
        if not stays:
            self.forget_unit_waiter(actor, name)
        if self.in_python(name):
            self.enter(actor, name, "units_over", name, result)
        else:
            self.done(actor, result)

    def units_over(self, actor, name, result):
        self.forget_unit_waiter(actor, name)
        self.done(actor, result)

    def up(self, actor, name, n):
        self.called(name)
        if self.in_python(name):
            self.enter(actor, name, "up_inside", name, n)
        else:
            self.up_inside(actor, name, n)

    def leave(self, actor, name):
        self.up(actor, name, 1)

    def up_inside(self, actor, name, n):
        self.release_units(name, n)
        self.done(actor, None)

    def release_units(self, name, n):
        if self.in_python(name):
            self.queues[name].value += n
            self.notify_units(name, n)
        else:
            self.let_go(name, n)

    def notify_units(self, name, n):
        """Of Python code."""
        waiters = self.queues[name].waiters
        notified, self.queues[name].waiters = waiters[:n], waiters[n:]
        for waiter in notified:
            if self.waits[waiter][0] == "in":       # else its time was up before
                self.waits[waiter] = ("unit late", *self.waits[waiter][1:])

    def take_inside(self, actor, name):
        """If there is a unit: by a program that has the semaphore's own lock."""
        queue = self.queues[name]
        got = queue.value > 0
        queue.value -= got
        self.done(actor, got)

    def turn_semaphore(self, name):
        """From native to Python code. Who was woken comes as if notified, and so do as many
        as the native one would have woken in turn."""
        queue = self.queues[name]
        if queue.woken is not None:
            queue.waiters.insert(0, queue.woken)
            queue.woken = None
        self.notify_units(name, queue.value)

    def semaphore_steps(self):
        for actor, wait in enumerate(self.waits):
            if wait is None:
                continue
            if wait[0] == "unit late":
                for over in {False, wait[2] == "timed"}:
                    for at_head in False, True:
                        yield lambda state, actor=actor, over=over, at_head=at_head: (
                            state.look_for_unit(actor, over, at_head))
            elif wait[0] == "in" and wait[2] == "timed" and self.in_python(wait[1]):
                for stays in False, True:
                    yield lambda state, actor=actor, stays=stays: (
                        state.time_for_unit_is_up(actor, stays))

    def look_for_unit(self, actor, over, at_head):
        _, name, how = self.waits[actor]
        self.enter(actor, name, "down_inside", name, how, over, at_head)

    def time_for_unit_is_up(self, actor, stays):
        _, name, how = self.waits[actor]
        if not stays:
            self.forget_unit_waiter(actor, name)
        self.enter(actor, name, "down_inside", name, how, True)
