# Copyright PythonPlus contributors.
"""digits of pi by Machin's formula: integers of thousands of digits"""

DIGITS = 2500


def arctan_of_inverse(number, unit):
    term = total = unit // number
    square, divisor, sign = number * number, 1, -1
    while term:
        term //= square
        divisor += 2
        total += sign * (term // divisor)
        sign = -sign
    return total


def run():
    unit = 10 ** (DIGITS + 10)
    pi = 4 * (4 * arctan_of_inverse(5, unit) - arctan_of_inverse(239, unit))
    return str(pi // 10 ** 10)[-10:]


EXPECTED = '1743241125'
