# Copyright PythonPlus contributors.
"""lists sorted by keys, merged and searched"""
import bisect
import heapq
import operator


def numbers(count):
    """A fixed sequence without order (a linear congruential generator)."""
    state, found = 12345, []
    for _ in range(count):
        state = (state * 1103515245 + 12345) % 2 ** 31
        found.append(state)
    return found


ROWS = [(number % 1000, str(number % 777), number / 3) for number in numbers(4000)]


def run():
    by_name = sorted(ROWS, key=operator.itemgetter(1))
    by_two = sorted(ROWS, key=lambda row: (row[1], -row[0]))
    plain = sorted(ROWS, reverse=True)
    keys = [row[1] for row in by_name]
    places = sum(bisect.bisect(keys, str(number)) for number in range(1500))
    merged = list(heapq.merge(keys[:1000], keys[1000:2000]))
    return by_two[5][0], plain[0][0], places, merged == keys[:2000]


EXPECTED = (134, 999, 2521376, True)
