# Copyright PythonPlus contributors.
"""The comparison as text and as JSON."""
import dataclasses

from . import difference

ROW = "%-22s %12s %12s"


def pair(labels, outcomes):
    return ", ".join("%s %s" % each for each in zip(labels, outcomes))


def table(labels, names, runs):
    """Yield the lines that count how files and cases ended."""
    (files, cases), (other_files, other_cases) = (difference.counts(names, run) for run in runs)
    yield ROW % ("", *labels)
    for title, one, other in (("files", files, other_files), ("cases", cases, other_cases)):
        yield ROW % (title, f"{one.total():,}", f"{other.total():,}")
        for outcome in sorted(one | other):
            yield ROW % ("  " + outcome, f"{one[outcome]:,}", f"{other[outcome]:,}")
    yield ROW % ("seconds", *(f"{seconds(names, run):,.0f}" for run in runs))


def seconds(names, run):
    return sum(run[name].get("seconds") or 0 for name in names if name in run)


def lines_of(labels, each):
    """Yield the lines about a difference."""
    yield f"  {each.file} {each.case}: {pair(labels, each.first)}"
    if each.alone:
        yield f"      by itself:  {pair(labels, each.alone)}"
    if each.whole:
        yield f"      whole file: {pair(labels, each.whole)}"


def show(labels, names, runs, found):
    """Print all; return whether nothing differs that is not flaky."""
    print(*table(labels, names, runs), sep="\n")
    lasting = [each for each in found if not each.flaky]
    flaky = [each for each in found if each.flaky]
    for title, some in (("differ", lasting), ("differed once, and not when run again", flaky)):
        if some:
            print(f"\n{len(some)} {title}:")
            print(*(line for each in some for line in lines_of(labels, each)), sep="\n")
    both = difference.failed_on_both(names, *runs)
    if both:
        print(f"\n{len(both)} fail on both:", *("  " + name for name in both), sep="\n")
    print(f"\n{len(names)} files: {len(lasting)} differences, {len(flaky)} flaky, "
          f"{len(both)} fail on both")
    return not lasting


def content(labels, names, runs, found, abouts):
    """Return the comparison as a dictionary for JSON."""
    counted = [difference.counts(names, run) for run in runs]
    return {
        "interpreters": [
            {"label": label, "about": about, "files": files, "cases": cases,
             "seconds": seconds(names, run)}
            for label, about, run, (files, cases) in zip(labels, abouts, runs, counted)],
        "differences": [dataclasses.asdict(each) | {"flaky": each.flaky} for each in found],
        "fail_on_both": difference.failed_on_both(names, *runs),
    }
