# Copyright PythonPlus contributors.
"""The table: median and spread per interpreter, ratio to the first."""
from . import pairs, stats


class Metric:
    """How a value is called and written; more: whether more is better."""

    def __init__(self, title, unit, more=True, digits=None, ratio_digits=None):
        self.title = title
        self.unit = unit
        self.more = more
        self.digits = digits
        self.ratio_digits = ratio_digits

    def ratio(self, value):
        """Write a ratio to the first interpreter's."""
        digits = 4 if value < 0.01 else 3 if value < 0.1 else self.ratio_digits
        return "x" + number(value, digits)


METRICS = {
    "rate": Metric("rate", "1/s"),
    "e": Metric("e", "of 1 thread"),
    "total": Metric("total work", "1/s"),
    "megabytes": Metric("transferred", "MB/s"),
    "own": Metric("own share", "of alone"),
    "share": Metric("CPU share", "of solo"),
    "jain": Metric("fairness (Jain)", "1 is fair", digits=3),
    "least": Metric("least thread", "of fair"),
    "most": Metric("most thread", "of fair", more=False),
    "p50": Metric("p50", "us", more=False),
    "p99": Metric("p99", "us", more=False),
    "failed": Metric("failed", "count", more=False, digits=0),
    "drift": Metric("solo drift", "%", more=False),
    "ns": Metric("release + take", "ns", more=False),
    "each": Metric("each", "ns", more=False),
    "bytes": Metric("memory", "bytes", more=False, digits=0),
    "through": Metric("all through", "ms", more=False),
    "time": Metric("time", "ms", more=False, ratio_digits=3),
    "cpu_us": Metric("CPU time", "us/event", more=False),
    "gil_held": Metric("GIL held, waited for", "of time"),
    "gil_held_cpu": Metric("- by CPU threads", "of time"),
    "gil_free": Metric("GIL free, waited for", "of time", more=False),
    "gil_takes": Metric("GIL takes", "1/s"),
    "gil_spun": Metric("- while spinning", "1/s"),
    "gil_parked": Metric("- after a sleep", "1/s"),
    "gil_invited": Metric("waiters woken", "1/s", more=False),
    "gil_lent": Metric("short releases", "1/s"),
    "gil_asked": Metric("asked to yield", "1/s"),
    "gil_yields": Metric("yields", "1/s"),
    "gil_demoted": Metric("put back", "1/s"),
}
VERBOSE = ("p50", "p99", "jain", "least", "most", "failed", "cpu_us", "drift")
STATS = tuple(name for name in METRICS if name.startswith("gil_"))

LEGEND = (
    "Median of the rounds, +- half the interquartile range in percent of it.\n"
    "xN: ratio of the medians to [1]; where less is better the unit says so (<).\n"
    "CPU share: what the CPU threads did of what they do alone in the same process,\n"
    "just before and after.  Own share: likewise, of what the case itself does alone.")


def number(value, digits=None):
    """Write a value with about three significant digits, at least."""
    if digits is None:
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return "{:,.{}f}".format(value, digits)


def summary(run, metrics_of):
    """Return one dictionary per case and metric: the medians, spreads, ratios."""
    rows = []
    for case in run.cases:
        for name in metrics_of(case):
            columns = [_column(run.values(case, index, name))
                       for index in range(len(run.interpreters))]
            if any(columns):
                rows.append({"case": case.name, "metric": name,
                             "columns": _with_ratios(run, case, name, columns)})
    return rows


def _column(values):
    if not values:
        return None
    return {"median": stats.median(values), "rounds": len(values),
            "spread_percent": stats.spread_percent(values)}


def _with_ratios(run, case, name, columns):
    first = columns[0]["median"] if columns[0] else None
    for index, column in enumerate(columns):
        if column:
            column["ratio"] = column["median"] / first if first else None
            turns = paired(run, case, name, index)
            if turns:
                column["ratio"] = stats.median(turns)
                column["ratio_spread_percent"] = stats.spread_percent(turns)
    return columns


def paired(run, case, name, index):
    """Return a ratio per round, if the metric was measured turn by turn."""
    return list(pairs.ratios(run, case, index).values()) if name == "time" and index else []


def shown_metrics(case, verbose=False, stats=False):
    """Return the metrics of a case that the table shows."""
    names = list(case.metrics)
    more = VERBOSE * verbose + STATS * stats
    return names + [name for name in more if name not in names]


def table(run, verbose=False, stats=False):
    """Return the lines of the table."""
    rows = summary(run, lambda case: shown_metrics(case, verbose, stats))
    heads = ["case", "", "unit"]
    for index, interpreter in enumerate(run.interpreters):
        heads.append("[%d] %s" % (index + 1, interpreter.label))
        if index:
            heads.append("x[1]")
    lines, last = [heads], None
    for row in rows:
        name, last = (row["case"] if row["case"] != last else ""), row["case"]
        lines.append([name] + _cells(row))
    return _aligned(lines)


def _cells(row):
    metric = METRICS[row["metric"]]
    cells = [metric.title, metric.unit if metric.more else metric.unit + " <"]
    for index, column in enumerate(row["columns"]):
        cells.append(_cell(column, metric))
        if index:
            value = column and column["ratio"]
            cells.append((metric.ratio(value) if value is not None else "-")
                         + _ratio_spread(column))
    return cells


def _ratio_spread(column):
    spread = column and column.get("ratio_spread_percent")
    return "" if spread is None else " +-%.1f%%" % spread


def _cell(column, metric):
    if column is None:
        return "-"
    text = number(column["median"], metric.digits)
    spread = column["spread_percent"]
    return text + ("      " if spread is None else " +-%2.0f%%" % spread)


def _aligned(lines):
    """Text columns to the left, figures to the right."""
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    texts = []
    for line in lines:
        cells = [cell.ljust(width) if i < 3 else cell.rjust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        texts.append("  ".join(cells).rstrip())
    texts.insert(1, "  ".join("-" * width for width in widths))
    return texts
