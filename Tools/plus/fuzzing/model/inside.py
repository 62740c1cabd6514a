# Copyright PythonPlus contributors.
"""Programs that look inside: at the waiters of a condition, at the _cond of an event or a
semaphore, which from then on is Python code, whoever waits for it."""
from ..operations import CONDITIONS, EVENTS, INSIDE, SEMAPHORES
from .locks import mutex_of


class Inside:
    def turn(self, name):
        """Somebody looks inside."""
        if not self.in_python(name):
            self.python |= {name}
            if name in SEMAPHORES:
                self.turn_semaphore(name)

    def look(self, actor, name):
        self.turn(name)
        self.done(actor, len(self.waiters_inside(name)))

    def up_and_look(self, actor, name):
        self.called(name)
        self.release_units(name, 2)
        self.look(actor, name)

    def look_everywhere(self):
        for name in (*CONDITIONS, *INSIDE, *self.sides):
            self.turn(name)

    def waiters_inside(self, name):
        for waiters in self.conditions, self.event_waiters, self.sides:
            if name in waiters:
                return waiters[name]
        return self.queues[name].waiters

    def notify_in(self, actor, name, n):
        self.turn(name)
        self.enter(actor, name, "notify_inside", name, n)

    def notify_inside(self, actor, name, n):
        if name in EVENTS:
            self.notify_event(name, n)
        else:
            self.notify_units(name, n)
        self.done(actor, None)

    def set_in(self, actor, name):
        self.turn(name)
        self.enter(actor, name, "set_inside", name)

    def give_in(self, actor, name):
        self.turn(name)
        self.enter(actor, name, "up_inside", name, 1)

    def take_in(self, actor, name):
        self.turn(name)
        self.enter(actor, name, "take_inside", name)

    def hold(self, actor, name):
        self.turn(name)
        self.come_in(actor, mutex_of(name), ("in", mutex_of(name), "block"))

    def let_go_of(self, actor, name):
        self.let_go(mutex_of(name))
        self.done(actor, None)
