# Copyright PythonPlus contributors.
"""A row per case, a panel per kind of figure: the interpreters one below the other."""
from plusbench import report, stats
from plusbench.drawing import style

ROW_HEIGHT = 0.30           # inches
PANEL_HEAD, PANEL_FOOT = 0.6, 0.45
LEFT, GAP, RIGHT = 1.75, 0.75, 0.75         # the ratios stand in the gaps
DECADES = 1.0               # an axis spans at least so much, or noise fills it


class Panel:
    """A kind of figure: its heading, and the units that belong to it."""

    def __init__(self, heading, better, units, relative=False):
        self.heading = heading
        self.better = better
        self.units = units          # {unit of a metric: factor to the panel's}
        self.relative = relative    # to the first interpreter's median; linear axis


PANELS = (
    Panel("Rate, 1/s", "more is better", {"1/s": 1}),
    Panel("Time, µs", "less is better", {"us": 1, "ns": 1e-3}),
    Panel("Share of what they do alone", "more is better",
          {"of solo": 1, "of 1 thread": 1, "of alone": 1}),
    # Programs differ by a percent, which no logarithmic axis of times would show.
    Panel("Time, of the first interpreter's", "less is better", {"ms": 1},
          relative=True),
)
# Where a panel has two figures of a case, these are drawn hollow; the ratio at
# the edge is the other one's.
HOLLOW = ("p50", "own", "total")


class Figures:
    """The values of one case in one panel: {metric: [values per interpreter]}."""

    def __init__(self, run, case, panel):
        self.of = {}
        for name in case.metrics:
            factor = panel.units.get(report.METRICS[name].unit)
            values = [run.values(case, index, name) for index in range(len(run.interpreters))]
            if factor is not None and any(values):
                self.of[name] = [[value * factor for value in column] for column in values]
                if panel.relative:
                    self.of[name] = relative(run, case, name, values)

    def leading(self):
        """Return the metric whose ratio is shown, or None."""
        return min(self.of, key=lambda name: name in HOLLOW, default=None)


def relative(run, case, name, columns):
    """Return the columns as ratios to the first one, turn by turn if there are turns."""
    first = stats.median(columns[0] or sum(columns, []))
    found = [[value / first for value in column] for column in columns]
    for index in range(1, len(columns)):
        turns = report.paired(run, case, name, index)
        if turns:
            found[0], found[index] = [1.0], turns
    return found


def rows(run, cases):
    """Return [(case, [Figures per panel])] of what there is to draw."""
    found = [(case, [Figures(run, case, panel) for panel in PANELS]) for case in cases]
    return [row for row in found if any(figures.of for figures in row[1])]


def height(rows):
    """Return the inches that draw() needs."""
    return PANEL_HEAD + PANEL_FOOT + ROW_HEIGHT * len(rows)


def draw(figure, run, rows, top, share):
    """Draw the panels that have something, below top, share of the figure high."""
    used = [number for number in range(len(PANELS))
            if any(figures[number].of for _, figures in rows)]
    inch_x, inch_y = 1 / figure.get_figwidth(), 1 / figure.get_figheight()
    width = (1 - (LEFT + RIGHT + GAP * (len(used) - 1)) * inch_x) / len(used)
    for place, number in enumerate(used):
        axes = figure.add_axes((LEFT * inch_x + place * (width + GAP * inch_x),
                                top - share + PANEL_FOOT * inch_y, width,
                                share - (PANEL_HEAD + PANEL_FOOT) * inch_y))
        _panel(axes, run, PANELS[number], [(case, figures[number]) for case, figures in rows],
               place == 0)


def _panel(axes, run, panel, rows, leftmost):
    _frame(axes, rows, leftmost)
    lowest = 0 if panel.relative else _logarithmic(axes, rows)
    for row, (_, figures) in enumerate(rows):
        for name, columns in figures.of.items():
            for index, values in enumerate(columns):
                if values:
                    _mark(axes, values, lowest, row + _offset(index, len(columns)), index,
                          name in HOLLOW)
        _ratio(axes, figures, row)
    _heading(axes, panel, rows)


def _frame(axes, rows, leftmost):
    axes.set_ylim(len(rows) - 0.5, -0.5)
    axes.set_yticks(range(len(rows)))
    axes.set_yticklabels([case.name for case, _ in rows] if leftmost else [])
    axes.tick_params(axis="y", length=0)
    for row in range(0, len(rows), 2):
        axes.axhspan(row - 0.5, row + 0.5, color=style.BAND, lw=0, zorder=0)
    for side in "top", "right", "left":
        axes.spines[side].set_visible(False)
    axes.grid(axis="x", color="#D0D0D0", lw=0.6)
    axes.set_axisbelow(True)


def _logarithmic(axes, rows):
    """Make the x axis logarithmic; return its left end, where zeros stand."""
    values = [value for _, figures in rows for columns in figures.of.values()
              for column in columns for value in column if value > 0] or [1]
    low, high = min(values) / 1.5, max(values) * 1.5
    if high / low < 10 ** DECADES:
        middle = (low * high) ** 0.5
        low, high = middle / 10 ** (DECADES / 2), middle * 10 ** (DECADES / 2)
    axes.set_xscale("log")
    axes.set_xlim(low, high)
    style.plain_numbers(axes.xaxis)
    return low


def _offset(index, number):
    """The interpreters share a row's height, the first one on top."""
    return 0.0 if number < 2 else -0.19 + 0.38 * index / (number - 1)


def _mark(axes, values, lowest, place, index, hollow):
    colour, shape = style.look(index)
    # A logarithmic axis has no zero: it stands at the edge, as an arrow.
    shown = [max(value, lowest) for value in values]
    middle = stats.median(shown)
    style.spread(axes, shown, place, colour)
    axes.plot([middle], [place], marker="<" if middle <= lowest else shape, color=colour,
              markerfacecolor="white" if hollow else colour, markersize=5.5, clip_on=False,
              zorder=3)


def _ratio(axes, figures, row):
    """Write the ratio of the last interpreter to the first at the right edge."""
    name = figures.leading()
    columns = figures.of[name] if name else []
    if len(columns) < 2 or not columns[0] or not columns[-1]:
        return
    first, last = stats.median(columns[0]), stats.median(columns[-1])
    if first:
        axes.annotate("×" + report.METRICS[name].ratio(last / first)[1:], (1.01, row),
                      xycoords=axes.get_yaxis_transform(), va="center", size=8.5,
                      color=style.GREY, annotation_clip=False)


def _heading(axes, panel, rows):
    names = dict.fromkeys(name for _, figures in rows for name in figures.of)
    keys = ["%s %s" % ("○" if name in HOLLOW else "●", report.METRICS[name].title)
            for name in names]
    text = panel.better + ("   " + "  ".join(keys)) * (len(keys) > 1)
    axes.set_title("%s\n" % panel.heading, loc="left", size=10.5, weight="bold")
    axes.text(0, 1, text, transform=axes.transAxes, va="bottom", size=8.5, color=style.GREY)
