# Copyright PythonPlus contributors.
"""trees walked by generators: yield, yield from, iterator chains"""
import itertools


def build(low, high):
    if low >= high:
        return None
    middle = (low + high) // 2
    return build(low, middle), middle, build(middle + 1, high)


def walk(tree):
    if tree:
        left, value, right = tree
        yield from walk(left)
        yield value
        yield from walk(right)


def primes():
    found = []
    for number in itertools.count(2):
        if all(number % prime for prime in itertools.takewhile(
                lambda prime: prime * prime <= number, found)):
            found.append(number)
            yield number


TREE = build(0, 2000)


def run():
    even = (value for value in walk(TREE) if value % 2 == 0)
    squares = map(lambda value: value * value, even)
    return sum(squares), sum(itertools.islice(primes(), 400))


EXPECTED = (1331334000, 507825)
