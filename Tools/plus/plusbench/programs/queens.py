# Copyright PythonPlus contributors.
"""queens on a board, all solutions: recursion and sets"""

SIZE = 7


def place(row, columns, rising, falling):
    if row == SIZE:
        return 1
    found = 0
    for column in range(SIZE):
        up, down = row + column, row - column
        if column not in columns and up not in rising and down not in falling:
            columns.add(column), rising.add(up), falling.add(down)
            found += place(row + 1, columns, rising, falling)
            columns.remove(column), rising.remove(up), falling.remove(down)
    return found


def run():
    return sum(place(0, set(), set(), set()) for _ in range(3))


EXPECTED = 120
