# Copyright PythonPlus contributors.
"""greenlet: switches in each of several threads, exceptions, locks of ours inside."""
import queue
import threading

import greenlet

SWITCHES = 10000
lock = threading.Lock()
done = queue.SimpleQueue()


def switch_to_and_fro():
    main = greenlet.getcurrent()

    def body():
        for number in range(SWITCHES):
            with lock:
                pass
            main.switch(number)
        raise KeyError("end")

    inner = greenlet.greenlet(body)
    assert [inner.switch() for _ in range(SWITCHES)] == list(range(SWITCHES))
    try:
        inner.switch()
    except KeyError:
        done.put(greenlet.getcurrent())


switchers = [threading.Thread(target=switch_to_and_fro) for _ in range(4)]
for switcher in switchers:
    switcher.start()
while switchers:
    switchers.pop().join()
assert done.qsize() == 4

# A wait inside a greenlet, notified by a thread and by nobody.
condition = threading.Condition()


def waits(limit):
    with condition:
        return condition.wait(limit)


def notify():
    with condition:
        condition.notify()


threading.Timer(0.1, notify).start()
assert greenlet.greenlet(waits).switch(60) is True
assert greenlet.greenlet(waits).switch(0.05) is False
