# Copyright PythonPlus contributors.
"""the Mandelbrot set, coarse: complex numbers in a tight loop"""

WIDTH, HEIGHT, LIMIT = 60, 30, 60


def escape(point):
    z = 0j
    for count in range(LIMIT):
        z = z * z + point
        if abs(z) > 2.0:
            return count
    return LIMIT


def run():
    return sum(escape(complex(-2.2 + 3.0 * x / WIDTH, -1.2 + 2.4 * y / HEIGHT))
               for y in range(HEIGHT) for x in range(WIDTH))


EXPECTED = 29631
