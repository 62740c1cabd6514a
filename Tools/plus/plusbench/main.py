# Copyright PythonPlus contributors.
"""What the tools that measure do from the command line to the exit status.

0: measured; 1: something died, hung or could not be written, the rest is
there; 2: the command line or the machine does not allow it, nothing was
measured; 130 and 143: interrupted, the results so far are there.
"""
import signal
import sys
import time

import output

from . import (children, doubts, files, interpreters, machine, mean, options, plot,
               record, report, runner)

SECONDS_PER_WINDOW = 1.7    # with solo and warm-up, for the estimate
SECONDS_PER_CHILD = 0.3


class Refused(Exception):
    """The tool cannot run here; the text says what to do.  Exit status 2."""


class Tool:
    """What distinguishes one tool from the other."""
    name = None
    description = None
    seconds = rounds = quick_seconds = None
    run = runner.Run            # how the rounds go

    def add_options(self, parser):
        pass

    def cases(self, opts):
        raise NotImplementedError

    def select(self, opts):
        """Return the cases that --only and --quick leave."""
        return options.select(self.cases(opts), opts.only, opts.quick)

    def table(self, run, opts):
        """Return the lines of the table and what explains it."""
        return (report.table(run, opts.verbose, opts.stats) + mean.lines(run)
                + ["", report.LEGEND])

    def failed(self, run):
        """Return whether what went wrong is worth the exit status 1."""
        return bool(run.failures)

    def own_options(self, opts):
        """Return the tool's own options, as arguments that give them again."""
        return []

    def check(self, opts):
        """Raise Refused if the machine lacks something."""


def run(tool):
    """Run the tool with the process's arguments; return the exit status."""
    return output.run(lambda argv: main(tool, argv), tool.name)


def main(tool, argv):
    parser = options.parser(tool.name, tool.description, tool.seconds, tool.rounds)
    tool.add_options(parser)
    opts = parser.parse_args(argv)
    opts.rounds = opts.rounds or (options.QUICK_ROUNDS if opts.quick else tool.rounds)
    opts.seconds = opts.seconds or (tool.quick_seconds if opts.quick else tool.seconds)
    if opts.list:
        _list(tool.cases(opts))
        return 0
    try:
        run = _prepare(tool, opts)
    except (Refused, options.UnknownCase, files.CannotWrite, plot.CannotPlot,
            interpreters.BadInterpreter) as error:
        print("%s: %s" % (tool.name, error), file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 130
    return _measure(tool, opts, run, argv)


def _list(cases):
    width = max(len(case.name) for case in cases)
    for case in cases:
        print("%-*s  %s" % (width, case.name, case.title))


def _prepare(tool, opts):
    cases = tool.select(opts)
    tool.check(opts)
    for path in opts.json:
        files.check("--json", path)
    if opts.plot:
        plot.check(opts.plot)
    found = [interpreters.find(text) for text in opts.python or [sys.executable]]
    return tool.run(found, cases, opts.rounds, opts.seconds, opts.limit)


def _measure(tool, opts, run, argv):
    data = machine.metadata([tool.name] + argv)
    # Nobody would see what is measured, unless it is kept.
    shown = output.Report(patient=opts.json or opts.plot)
    shown.print(*_header(run, data))
    others = machine.Others()
    progress = Progress(run)
    status = 0
    try:
        signal.signal(signal.SIGTERM, _terminate)
        run.go(progress)
    except KeyboardInterrupt:
        status = 130
    except Terminated:
        status = 143
    progress.clear()
    others_cpus = others.cpus()
    found = doubts.Doubts(run, data, others_cpus)
    kept = _keep(tool, opts, record.content(
        tool.name, run, data, found, others_cpus, bool(status)))
    shown.print(*_footer(tool, opts, run, found, status))
    shown.end()
    return status or (1 if tool.failed(run) or not kept else 0)


def _keep(tool, opts, content):
    """Write what --json and --plot name; return whether all could be written."""
    tasks = [(record.write, path) for path in opts.json]
    if opts.plot and content["results"]:
        tasks.append((plot.draw, opts.plot))
    kept = True
    for write, path in tasks:
        try:
            write(path, content)
        except (files.CannotWrite, plot.CannotPlot) as error:
            print("%s: %s" % (tool.name, error), file=sys.stderr)
            kept = False
    return kept


class Terminated(BaseException):
    """SIGTERM: as Ctrl-C, the children end and the results are kept."""


def _terminate(number, frame):
    raise Terminated


def _header(run, data):
    lines = []
    for number, interpreter in enumerate(run.interpreters, 1):
        lines += interpreter.header(number)
    for name, value in sorted(children.environment().items()):
        if name.startswith("PYTHONPLUS_"):
            lines.append("environment: %s=%s" % (name, value))
    lines.append("%s CPUs (%s), %s, load %s; %d case%s, %d round%s of %g s" % (
        data["cpus_allowed"], data["cpu_model"] or data["machine"], data["kernel"],
        "unknown" if data["load_1min"] is None else "%.2f" % data["load_1min"],
        len(run.cases), "s" * (len(run.cases) > 1),
        run.rounds, "s" * (run.rounds > 1), run.seconds))
    return lines


def _footer(tool, opts, run, found, status):
    lines = [""]
    if status:
        lines.append("interrupted: the results so far")
    if run.results:
        lines += tool.table(run, opts)
    for title, texts in (("Failures:", _failures(run)), ("Doubts:", found.texts)):
        if texts:
            lines += ["", title] + ["- " + text for text in texts]
    if found.cases:
        lines += ["", "To measure the doubtful cases again:", doubts.rerun(
            [sys.argv[0]] + tool.own_options(opts), opts.python, found.cases,
            run.rounds, run.seconds)]
    return lines


def _failures(run):
    return ["%s on [%d], round %d: %s" % (
        failure["case"], failure["interpreter"] + 1, failure["round"] + 1,
        failure["message"]) for failure in run.failures]


class Progress:
    """One line on the terminal, if there is one."""

    def __init__(self, run, stream=None):
        self._run = run
        self._stream = stream or sys.stderr
        self._shown = self._stream.isatty()
        self._start = time.monotonic()

    def __call__(self, done, total, round_number, case, index):
        if not self._shown:
            return
        each = SECONDS_PER_WINDOW * self._run.seconds + SECONDS_PER_CHILD
        if done:
            each = (time.monotonic() - self._start) / done
        left = each * (total - done)
        self._stream.write("\r\033[Kround %d/%d, %s on [%d], about %d:%02d min left" % (
            round_number + 1, self._run.rounds, case.name, index + 1,
            left // 60, left % 60))
        self._stream.flush()

    def clear(self):
        if self._shown:
            self._stream.write("\r\033[K")
            self._stream.flush()
