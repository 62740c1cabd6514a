# Copyright PythonPlus contributors.
"""What goes wrong on purpose, to see that soak.py notices."""
import time

LEAK_BYTES = 400_000
FINE_UNITS = 20             # before it goes wrong

kept = []


def leak(rng):
    while True:
        time.sleep(0.01)
        kept.append(rng.randbytes(LEAK_BYTES))
        yield


def stall(rng):
    """Once it stops for good, in a wait that nothing ends before the process."""
    for _ in range(FINE_UNITS):
        time.sleep(0.01)
        yield
    time.sleep(3600)


def fail(rng):
    for _ in range(FINE_UNITS):
        time.sleep(0.01)
        yield
    raise AssertionError("failed on purpose")


def hang(rng):
    """It does not leave when it should."""
    try:
        while True:
            time.sleep(0.01)
            yield
    finally:
        time.sleep(3600)
