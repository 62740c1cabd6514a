# Copyright PythonPlus contributors.
"""The sweep: what becomes of a thread, and of the CPU thread beside it, by how
long the thread lets the GIL go each time."""
import re

from plusbench import report, stats
from plusbench.drawing import style

HEIGHT = 3.9                # inches
NAME = re.compile(r"sweep(\d+)(us|ms)(?:\+\d+)?")
UNITS = {"us": 1, "ms": 1000}
# metric of the sweep cases, heading
PANELS = (
    ("own", "Sweep: rate of the releasing thread, of what it does alone"),
    ("share", "Sweep: throughput of the CPU thread, of what it does alone"),
)


def steps(run):
    """Return {duration of a release in us: case}, the shortest first."""
    found = {}
    for case in run.cases:
        match = NAME.fullmatch(case.name)
        if match and any(run.values(case, index, name) for name, _ in PANELS
                         for index in range(len(run.interpreters))):
            found[int(match.group(1)) * UNITS[match.group(2)]] = case
    return dict(sorted(found.items()))


def draw(figure, run, steps, top, share):
    """Draw both panels below top, share of the figure high."""
    inch_y = 1 / figure.get_figheight()
    for place, (name, heading) in enumerate(PANELS):
        axes = figure.add_axes((0.06 + 0.49 * place, top - share + 0.6 * inch_y,
                                0.42, share - 1.2 * inch_y))
        _panel(axes, run, steps, name)
        axes.set_title(heading, loc="left", size=10.5, weight="bold")


def _panel(axes, run, steps, name):
    number = len(run.interpreters)
    for index in range(number):
        colour, shape = style.look(index)
        # Side by side: equal figures would hide each other.
        beside = 1.06 ** (index - (number - 1) / 2)
        points = [(us * beside, run.values(case, index, name)) for us, case in steps.items()]
        points = [(place, values) for place, values in points if values]
        for place, values in points:
            style.spread(axes, values, place, colour, across=False)
        axes.plot([place for place, _ in points],
                  [stats.median(values) for _, values in points],
                  color=colour, marker=shape, markersize=6, lw=1.3)
    _axes(axes, steps, name)


def _vertical(axes):
    """A logarithmic axis of a decade at least, or noise would fill it."""
    axes.set_yscale("log")
    low, high = axes.get_ylim()
    axes.set_ylim(min(low, high / 20), high)


def _axes(axes, steps, name):
    from matplotlib.ticker import FixedFormatter, FixedLocator, NullLocator
    axes.set_xscale("log")
    _vertical(axes)
    style.plain_numbers(axes.yaxis)
    axes.xaxis.set_major_locator(FixedLocator(list(steps)))
    axes.xaxis.set_major_formatter(FixedFormatter(
        ["%g ms" % (us / 1000) if us >= 1000 else "%g µs" % us for us in steps]))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.set_xlabel("duration of each release of the GIL")
    axes.set_ylabel(report.METRICS[name].title)
    axes.axhline(1, color=style.GREY, lw=0.8, ls=":")
    axes.grid(color="#D0D0D0", lw=0.6)
    for side in "top", "right":
        axes.spines[side].set_visible(False)
