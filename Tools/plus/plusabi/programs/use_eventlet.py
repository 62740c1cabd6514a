# Copyright PythonPlus contributors.
"""eventlet: everything of threading patched, its pool of real threads."""
import eventlet

eventlet.monkey_patch()

from eventlet import tpool

import patched

patched.check()

# Real threads beside green ones.
pool = eventlet.GreenPool(4)
assert list(pool.imap(lambda number: tpool.execute(sum, range(number)), range(100))) \
    == [sum(range(number)) for number in range(100)]
tpool.killall()
