# Copyright PythonPlus contributors.
"""text made of numbers and names, in all three ways"""

NAMES = ["alpha", "beta", "gamma", "delta"]


def row(number):
    name = NAMES[number % 4]
    return "|".join((
        f"{number:06d} {name:<10}{number / 7:10.3f} {number:,}",
        "%05d %-8s %8.2e 0x%x" % (number, name.upper(), number * 1e3, number),
        "{0:>12} {1!r} {0:+d}".format(number, name),
        str(number * 0.5).rjust(12, ".")))


def run():
    lines = [row(number) for number in range(1000)]
    text = "\n".join(lines)
    return len(text), text.count("e+0"), text.title().count("Gamma")


EXPECTED = (100257, 1000, 750)
