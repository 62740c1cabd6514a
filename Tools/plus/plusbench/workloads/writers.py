# Copyright PythonPlus contributors.
"""Threads that write numbers, each into a file of its own."""
import tempfile

NUMBERS = 100               # written between two looks at work.going
REWIND = 1000               # times NUMBERS, then the file starts again


def write_numbers(work):
    """Work for the CPU, with a system call whenever a buffer is full."""
    work.counts = counts = [0] * work.params["threads"]
    work.read_ops = lambda: sum(counts)

    def writer(index):
        def write():
            with tempfile.TemporaryFile("w") as file:
                while work.going:
                    for number in range(NUMBERS):
                        file.write("%d\n" % number)
                    counts[index] += NUMBERS
                    if counts[index] % (REWIND * NUMBERS) == 0:
                        file.seek(0)
        return write
    return [writer(index) for index in range(len(counts))]
