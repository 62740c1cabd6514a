# Copyright PythonPlus contributors.
"""A signal handler that switches to another greenlet while its own waits for a condition.

The wait goes on when the handler is switched back to; meanwhile the thread does other
things, waits for other locks among them, and the condition is notified.
"""
import signal
import threading

import greenlet

ROUNDS = 20
main = greenlet.getcurrent()
condition, other = threading.Condition(), threading.Condition()
seen = []


def handler(number, frame):
    seen.append(greenlet.getcurrent() is not main)
    main.switch("switched away")


def waits():
    with condition:
        return condition.wait(30)


def notify():
    with condition:
        condition.notify()


signal.signal(signal.SIGALRM, handler)
for _ in range(ROUNDS):
    waiting = greenlet.greenlet(waits)
    signal.setitimer(signal.ITIMER_REAL, 0.01)
    assert waiting.switch() == "switched away"
    # The stack on which the wait lies is stored away, and another wait takes its place.
    with other:
        assert other.wait(0.01) is False
    thread = threading.Thread(target=notify)
    thread.start()
    with other:
        other.wait(0.01)
    assert waiting.switch() is True
    thread.join()
assert seen == [True] * ROUNDS
