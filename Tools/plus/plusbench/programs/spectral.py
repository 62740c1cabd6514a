# Copyright PythonPlus contributors.
"""the spectral norm of a matrix: calls and generator expressions on floats"""
import math

SIZE = 50
ROUNDS = 2


def cell(row, column):
    diagonal = row + column
    return 1.0 / (diagonal * (diagonal + 1) // 2 + row + 1)


def times(vector):
    return [sum(cell(row, column) * value for column, value in enumerate(vector))
            for row in range(SIZE)]


def transposed_times(vector):
    return [sum(cell(column, row) * value for column, value in enumerate(vector))
            for row in range(SIZE)]


def run():
    u = [1.0] * SIZE
    for _ in range(ROUNDS):
        v = transposed_times(times(u))
        u = transposed_times(times(v))
    return round(math.sqrt(sum(a * b for a, b in zip(u, v)) / sum(b * b for b in v)), 6)


EXPECTED = 1.274194
