# Copyright PythonPlus contributors.
"""The SimpleQueue, and the queue.Queue with room for MOST items. Items are not told apart
by number: two may be put at the same time."""

MOST = 2
SIDE = {"qput": "not_full", "qget": "not_empty"}    # what who cannot do it waits for


class Queues:
    def __init__(self):
        super().__init__()
        self.items, self.getters = [], []           # of the SimpleQueue
        self.stock = 0                              # items in the other one
        self.sides = {side: [] for side in SIDE.values()}

    # --- SimpleQueue ---

    def get(self, actor, how):
        if self.items:
            self.done(actor, self.items.pop(0))
        elif how == "poll":
            self.done(actor, "Empty")
        else:
            self.getters.append(actor)
            self.waits[actor] = ("get", None, how)

    def put(self, actor):
        self.put_item()
        self.done(actor, None)

    def put_item(self):
        if self.getters:
            self.done(self.getters.pop(0), "item")
        else:
            self.items.append("item")

    # --- queue.Queue; who was notified looks again ---

    def qput(self, actor, how, over=False):
        self.leave_sides(actor)
        if self.offer_item():
            self.done(actor, None)
        else:
            self.wait_for_side(actor, "qput", how, over, "Full")

    def qget(self, actor, how, over=False):
        self.leave_sides(actor)
        if self.fetch_item():
            self.done(actor, "item")
        else:
            self.wait_for_side(actor, "qget", how, over, "Empty")

    def offer_item(self):
        if self.stock == MOST:
            return False
        self.stock += 1
        self.notify_side("not_empty")
        return True

    def fetch_item(self):
        if self.stock == 0:
            return False
        self.stock -= 1
        self.notify_side("not_full")
        return True

    def wait_for_side(self, actor, what, how, over, failed):
        if how == "poll" or over:
            self.done(actor, failed)
        else:
            self.sides[SIDE[what]].append(actor)
            self.waits[actor] = ("queue", what, how)

    def notify_side(self, side):
        if self.sides[side]:
            waiter = self.sides[side].pop(0)
            self.waits[waiter] = ("queue late", *self.waits[waiter][1:])

    def leave_sides(self, actor):
        for waiters in self.sides.values():
            if actor in waiters:
                waiters.remove(actor)

    def leave_simple(self, actor, result, _):
        self.getters.remove(actor)
        self.done(actor, result)

    def leave_queue(self, actor, result, _):
        self.leave_sides(actor)
        self.done(actor, result)

    # --- steps ---

    def queue_steps(self):
        for actor, wait in enumerate(self.waits):
            if wait is None:
                continue
            if wait[0] == "get" and wait[2] == "timed":
                yield lambda state, actor=actor: state.leave_simple(actor, "Empty", False)
            if wait[0] == "queue late":
                yield lambda state, actor=actor: state.look_at_queue(actor, False)
            if wait[0] in ("queue", "queue late") and wait[2] == "timed":
                yield lambda state, actor=actor: state.look_at_queue(actor, True)

    def look_at_queue(self, actor, over):
        _, what, how = self.waits[actor]
        getattr(self, what)(actor, how, over)
