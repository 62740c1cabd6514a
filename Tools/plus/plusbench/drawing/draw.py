# Copyright PythonPlus contributors.
"""Draws a run: run by a Python that has matplotlib, see plusbench/plot.py.

usage: draw.py OUT svg|png < RUN.json
"""
import os
import sys


def title(run, machine):
    """Return the lines above the picture: what, where, how often."""
    from plusbench import mean
    names = ["%s: Python %s" % (interpreter.label, interpreter.facts["sys_version"].split()[0])
             + _version(interpreter.facts["scheduler"]) for interpreter in run.interpreters]
    place = "%s, %s CPUs, %s, %s" % (
        machine.get("cpu_model") or machine.get("machine") or "unknown CPU",
        machine.get("cpus_allowed", "?"), machine.get("kernel", "unknown kernel"),
        str(machine.get("date", ""))[:10])
    rounds = sorted({len(run.values(case, index, name)) for case in run.cases
                     for name in case.metrics for index in range(len(run.interpreters))} - {0})
    often = " to ".join(str(number) for number in {rounds[0]: 0, rounds[-1]: 0})
    return ["  ·  ".join(names),
            "%s, %s round%s" % (place, often, "s" * (rounds[-1] > 1)),
            *filter(None, mean.lines(run))]


def _version(scheduler):
    """"PythonPlus 0.1.0, gil io, parker sem" is worth telling, a GIL of its own not."""
    return " (%s)" % scheduler if scheduler.startswith("PythonPlus") else ""


def picture(run, machine):
    """Return the Figure: the cases, and below them the sweep, if there is one."""
    from matplotlib.figure import Figure
    from plusbench.drawing import cases, style, sweep
    steps = sweep.steps(run)
    plain = [case for case in run.cases if case not in steps.values()]
    rows = cases.rows(run, plain)
    if not rows and not steps:
        sys.exit("no case has a rate, a time or a share")
    heights = [cases.height(rows)] * bool(rows) + [sweep.HEIGHT] * bool(steps)
    total = style.TITLE_HEIGHT + sum(heights)
    figure = Figure(figsize=(style.WIDTH, total), dpi=style.DPI)
    style.head(figure, run, title(run, machine))
    top = 1 - style.TITLE_HEIGHT / total
    if rows:
        cases.draw(figure, run, rows, top, heights[0] / total)
        top -= heights[0] / total
    if steps:
        sweep.draw(figure, run, steps, top, heights[-1] / total)
    return figure


def main(path, kind):
    # As in child.py: Tools/plus takes the place of this folder.
    sys.path[0] = os.path.abspath(os.path.join(
        os.path.dirname(__file__), os.pardir, os.pardir))
    import matplotlib
    from plusbench import record
    run, machine = record.parse(sys.stdin.read())
    # The same run gives the same file.
    matplotlib.rcParams["svg.hashsalt"] = "PythonPlus"
    keep = {"Date": None} if kind == "svg" else {}
    picture(run, machine).savefig(path, format=kind, metadata=keep)


if __name__ == "__main__":
    main(*sys.argv[1:])
