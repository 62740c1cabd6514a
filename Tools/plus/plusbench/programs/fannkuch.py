# Copyright PythonPlus contributors.
"""flips of all permutations of seven cards: slices of short lists"""
import itertools

CARDS = 7


def flips(permutation):
    cards = list(permutation)
    count = 0
    while cards[0]:
        top = cards[0]
        cards[:top + 1] = cards[top::-1]
        count += 1
    return count


def run():
    most = total = 0
    for permutation in itertools.permutations(range(CARDS)):
        count = flips(permutation)
        total += count
        if count > most:
            most = count
    return most, total


EXPECTED = (16, 18508)
