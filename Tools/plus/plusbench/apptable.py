# Copyright PythonPlus contributors.
"""The table of applications: a line per case, the interpreters side by side."""
from . import report, stats

FIGURES = ("rate", "p50", "p99", "share")
LEGEND = (
    "Right: answers or results that were right, of all that were asked for.\n"
    "Median of the rounds, +- half the interquartile range in percent of it.\n"
    "xN: ratio of the medians to [1]; us <: microseconds, less is better.\n"
    "CPU share: what the CPU threads in the application's process did of what they do\n"
    "alone in it, just before and after.")


def counts(run, case, index):
    """Return (right, asked) over all rounds."""
    return (int(sum(run.values(case, index, "right"))),
            int(sum(run.values(case, index, "asked"))))


def failure(run, case, index):
    """Return what failed first, or None."""
    return next((failure for failure in run.failures if failure["case"] == case.name
                 and failure["interpreter"] == index), None)


def state(run, case, index):
    """Return "works", "fails", "unavailable", or "not run" if it was interrupted."""
    failed = failure(run, case, index)
    if failed:
        return "unavailable" if failed["unsupported"] else "fails"
    right, asked = counts(run, case, index)
    if not run.values(case, index, "asked"):
        return "not run"
    return "works" if right == asked > 0 else "fails"


def table(run):
    """Return the lines of the table, its heads, and the legend."""
    heads = [_heads(run), _labels(run)]
    lines = [_line(run, case) for case in run.cases]
    return _aligned(heads, lines) + ["", LEGEND] + _summary(run) + _wrong(run)


def _heads(run):
    number = len(run.interpreters)
    heads = ["case"] + ["right"] + [""] * (number - 1)
    for name in FIGURES:
        metric = report.METRICS[name]
        title = "%s, %s%s" % (metric.title, metric.unit, "" if metric.more else " <")
        heads += [title] + [""] * (2 * number - 2)
    return heads


def _labels(run):
    numbers = ["[%d]" % number for number in range(1, len(run.interpreters) + 1)]
    with_ratios = numbers[:1] + [text for number in numbers[1:] for text in (number, "x[1]")]
    return [""] + numbers + with_ratios * len(FIGURES)


def _line(run, case):
    indices = range(len(run.interpreters))
    cells = [case.name]
    for index in indices:
        what = state(run, case, index)
        cells.append("%d of %d" % counts(run, case, index)
                     if run.values(case, index, "asked") else what)
    for name in FIGURES:
        first = run.values(case, 0, name)
        for index in indices:
            values = run.values(case, index, name)
            cells.append(_figure(values))
            if index:
                cells.append(_ratio(values, first, report.METRICS[name]))
    return cells


def _figure(values):
    if not values:
        return "-"
    spread = stats.spread_percent(values)
    return report.number(stats.median(values)) + (
        "" if spread is None else " +-%.0f%%" % spread)


def _ratio(values, first, metric):
    if not values or not first or not stats.median(first):
        return "-"
    return metric.ratio(stats.median(values) / stats.median(first))


def _aligned(heads, lines):
    widths = [max(len(line[i]) for line in heads[1:] + lines)
              for i in range(len(heads[1]))]
    texts = [_head_line(heads[0], widths)]
    for line in heads[1:] + lines:
        texts.append("  ".join([line[0].ljust(widths[0])] + [
            cell.rjust(width) for cell, width in zip(line[1:], widths[1:])]).rstrip())
    texts.insert(2, "  ".join("-" * width for width in widths))
    return texts


def _head_line(heads, widths):
    """A title stands over the columns that it is the title of, and may be longer
    than the first of them."""
    text, place = "", 0
    for head, width in zip(heads, widths):
        if head:
            text = text.ljust(place) + head
        place += width + 2
    return text


def _summary(run):
    lines = [""]
    for index, interpreter in enumerate(run.interpreters):
        states = [state(run, case, index) for case in run.cases]
        lines.append("[%d] %s: %s" % (index + 1, interpreter.label, ", ".join(
            "%d of %d cases %s" % (states.count(what), len(states), words)
            for what, words in (("works", "work"), ("fails", "fail"),
                                ("unavailable", "cannot be run here"), ("not run", "not run"))
            if states.count(what))))
    return lines


def _wrong(run):
    """Return lines about answers that were not right, with what was wrong."""
    lines = []
    for case in run.cases:
        for index in range(len(run.interpreters)):
            right, asked = counts(run, case, index)
            if right < asked:
                lines.append("- %s on [%d]: %d of %d are wrong: %s" % (
                    case.name, index + 1, asked - right, asked,
                    "; ".join(sorted(_texts(run, case, index)))))
    return ["", "Wrong answers:"] + lines if lines else []


def _texts(run, case, index):
    texts = set()
    for result in run.results:
        if result["case"] == case.name and result["interpreter"] == index:
            raw = result.get("raw", {})
            texts.update(raw.get("wrong", []), (raw.get("client") or {}).get("wrong", []))
    return texts or {"ab says no more"}
