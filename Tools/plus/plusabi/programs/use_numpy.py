# Copyright PythonPlus contributors.
"""numpy: arithmetic of threads that share arrays, linear algebra, a buffer of Python's."""
from concurrent.futures import ThreadPoolExecutor

import numpy

SIDE, THREADS = 120, 4
rng = numpy.random.default_rng(1)
matrix = rng.random((SIDE, SIDE)) + SIDE * numpy.eye(SIDE)
sums = numpy.zeros(THREADS)


def work(number):
    for _ in range(20):
        inverse = numpy.linalg.inv(matrix)
        sums[number] += abs(matrix @ inverse - numpy.eye(SIDE)).max()
        numpy.sort(rng_of[number].random(10000))


rng_of = [numpy.random.default_rng(number) for number in range(THREADS)]
with ThreadPoolExecutor(THREADS) as pool:
    list(pool.map(work, range(THREADS)))
assert 0 < sums.max() < 1e-8, sums
assert memoryview(numpy.arange(6).reshape(2, 3)).tolist() == [[0, 1, 2], [3, 4, 5]]
assert numpy.frombuffer(b"\1\0\2\0", dtype="<u2").sum() == 3
