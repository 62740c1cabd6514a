# Copyright PythonPlus contributors.
"""What the pictures have in common: sizes in inches, colours, the spread."""
from plusbench import stats

WIDTH = 13.0
TITLE_HEIGHT = 1.1
DPI = 110

# Okabe and Ito's colours, apart for every kind of colour blindness; the shape
# says the same again, for a print in grey.
COLOURS = ("#D55E00", "#0072B2", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
SHAPES = ("o", "s", "D", "^", "v", "P")
GREY = "#555555"
BAND = "#F2F2F2"


def look(index):
    """Return (colour, shape) of an interpreter."""
    return COLOURS[index % len(COLOURS)], SHAPES[index % len(SHAPES)]


def head(figure, run, title):
    """Write the title, a list of lines, and the legend on top of the figure."""
    from matplotlib.lines import Line2D
    inch = 1 / figure.get_figheight()
    figure.text(0.5, 1 - 0.12 * inch, title[0], ha="center", va="top", size=13, weight="bold")
    figure.text(0.5, 1 - 0.40 * inch, "\n".join(title[1:]), ha="center", va="top",
                size=9, color=GREY)
    handles = []
    for index, interpreter in enumerate(run.interpreters):
        colour, shape = look(index)
        handles.append(Line2D([], [], color=colour, marker=shape, lw=3, alpha=0.9,
                              label=interpreter.label))
    handles.append(Line2D([], [], color=GREY, lw=0, marker="o", label="median of the rounds"))
    handles.append(Line2D([], [], color=GREY, lw=4, alpha=0.5, label="half of the rounds"))
    handles.append(Line2D([], [], color=GREY, lw=1, label="all rounds"))
    figure.legend(handles=handles, loc="upper center", ncol=len(handles), frameon=False,
                  bbox_to_anchor=(0.5, 1 - (0.40 + 0.16 * len(title[1:])) * inch), fontsize=9)


def spread(axes, values, place, colour, across=True):
    """Draw all rounds as a thin line, half of them as a thick one."""
    line = axes.hlines if across else axes.vlines
    line(place, min(values), max(values), color=colour, lw=1)
    line(place, stats.quantile(values, 0.25), stats.quantile(values, 0.75),
         color=colour, lw=5, alpha=0.45)


def plain_numbers(axis):
    """Label a logarithmic axis 0.01, 1, 1,000, 1M rather than by powers."""
    from matplotlib.ticker import FuncFormatter, NullFormatter
    axis.set_major_formatter(FuncFormatter(lambda value, _: short(value)))
    axis.set_minor_formatter(NullFormatter())


def short(value):
    for size, letter in ((1e9, "G"), (1e6, "M"), (1e3, "k")):
        if value >= size:
            return "%g%s" % (value / size, letter)
    return "%g" % value
