# Copyright PythonPlus contributors.
"""In the child of a fork, whose only thread is that of the actor that forked. The state is
the model's, of the moment of the fork: whom it says to be woken does not come."""
import _thread
import queue
import threading

from .model.locks import RLOCK
from .operations import LOCKS, SEMAPHORES
from .things import count_of_waiters


def look_at_child(stage, state, actor):
    """Return "as expected", or what is not."""
    for name in LOCKS:
        owned = name == RLOCK and state.owner == actor
        if stage.locks[name].acquire(False) is not bool(state.queues[name].value or owned):
            return name
        if owned or state.queues[name].value:
            stage.locks[name].release()
    for name, condition in stage.conditions.items():
        # CPython's Python code keeps those that are not there any more.
        if not state.in_python(name) and count_of_waiters(condition) != 0:
            return f"{name} has waiters"
    for name, event in stage.events.items():
        if event.is_set() is not state.flags[name]:
            return name
    for name in SEMAPHORES:
        if not has_units(stage, state, name):
            return name
    if stage.simple.qsize() != len(state.items) or stage.queue.qsize() != state.stock:
        return "queue"
    if _thread.get_atomic() is not state.levels[actor][-1]:
        return "atomic"
    if state.is_entered("semaphore") or state.is_entered("event"):
        return "as expected"        # by a thread that may be gone: nobody can use it
    return look_at_new_thread(stage, state)


def has_units(stage, state, name):
    if state.is_entered(name):
        return True
    units, acquire = state.queues[name].value, stage.semaphores[name].acquire
    return [acquire(False) for _ in range(units + 1)] == [True] * units + [False]


def look_at_new_thread(stage, state):
    """Nobody waits any more, so a thread of the child is the first to be woken. In Python
    code those who are gone are notified before it."""
    def wait():
        stage.semaphores["semaphore"].acquire()
        stage.events["event"].wait()
        came.put(stage.simple.get())
    came = queue.SimpleQueue()
    while stage.simple.qsize():
        stage.simple.get()
    threading.Thread(target=wait).start()
    gone = len(state.queues["semaphore"].waiters) if state.in_python("semaphore") else 0
    stage.semaphores["semaphore"].release(1 + gone)
    stage.events["event"].set()
    stage.simple.put("child's")
    return "as expected" if came.get(timeout=30) == "child's" else "item"
