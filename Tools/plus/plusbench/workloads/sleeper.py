# Copyright PythonPlus contributors.
"""How late a sleeping thread is back: the wake-up latency of the GIL."""
import time


def lateness(work):
    pause = work.params["pause_s"]
    clock, sleep = time.perf_counter, time.sleep

    def body():
        while work.going:
            start = clock()
            sleep(pause)
            work.latencies.append(clock() - start - pause)
            work.ops += 1
    return (body,)
