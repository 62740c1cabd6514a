# Copyright PythonPlus contributors.
"""records through the logging package: formatted, filtered, silent"""
import io
import logging

ROUNDS = 201


def logger(stream):
    found = logging.Logger("speed")
    handler = logging.StreamHandler(stream)
    handler.setFormatter(logging.Formatter("%(levelname)s %(name)s %(lineno)d: %(message)s"))
    found.addHandler(handler)
    found.setLevel(logging.INFO)
    return found


def run():
    stream = io.StringIO()
    log = logger(stream)
    for number in range(ROUNDS):
        log.debug("nobody sees %d", number)
        log.info("request %d took %.1f ms", number, number / 3)
        log.warning("%s is slow", "abc"[number % 3])
    lines = stream.getvalue().splitlines()
    return len(lines), lines[-1].split(":")[1]


EXPECTED = (2 * ROUNDS, " c is slow")
