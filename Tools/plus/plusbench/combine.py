# Copyright PythonPlus contributors.
"""Several saved runs as one: of several tools, or of one interpreter each."""
from . import runner


class Clash(Exception):
    """Runs that cannot stand in one table."""


def combine(runs):
    """Return one Run of all cases and interpreters, by name and label."""
    labels, cases = {}, {}
    for run in runs:
        for interpreter in run.interpreters:
            labels.setdefault(interpreter.label, interpreter)
        for case in run.cases:
            cases.setdefault(case.name, case)
    whole = runner.Run(list(labels.values()), list(cases.values()),
                       max(run.rounds for run in runs),
                       max(run.seconds for run in runs))
    places = {label: place for place, label in enumerate(labels)}
    for run in runs:
        index = [places[interpreter.label] for interpreter in run.interpreters]
        _refuse_twice(whole, run, index)
        for kind in "results", "failures":
            getattr(whole, kind).extend(
                dict(one, interpreter=index[one["interpreter"]]) for one in getattr(run, kind))
    return whole


def _refuse_twice(whole, run, index):
    """Figures of two measurements under one name would be one column."""
    known = {(result["case"], result["interpreter"]) for result in whole.results}
    for result in run.results:
        if (result["case"], index[result["interpreter"]]) in known:
            raise Clash("two of the files hold %s on %s; give other files, or measure "
                        "under another label (--python LABEL=...)"
                        % (result["case"],
                           run.interpreters[result["interpreter"]].label))


def refuse_nothing_in_common(run):
    """A comparison needs a case that two interpreters were measured in."""
    if not run.results:
        raise Clash("there is no result in it; measure again")
    if len(run.interpreters) < 2:
        return
    for case in run.cases:
        if sum(bool(run.values(case, index, case.metrics[0]))
               for index in range(len(run.interpreters))) > 1:
            return
    raise Clash("no case was measured on two interpreters: there is nothing to compare")
