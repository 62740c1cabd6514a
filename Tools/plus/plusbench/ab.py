# Copyright PythonPlus contributors.
"""ab (ApacheBench, Debian package apache2-utils): its command, its output."""
import math
import re

REQUESTS_PER_SECOND = 100000    # -n bounds the run; faster than any server here


def whole_seconds(seconds):
    """Return the time limit that ab gets: it knows whole seconds only."""
    return max(1, math.ceil(seconds))


def command(program, concurrency, seconds, url):
    """Return a command that says "ready", waits for a line, becomes ab."""
    wait = 'echo ready; read -r go && exec "$@" 2>&1'
    return ["sh", "-c", wait, "sh"] + words(program, concurrency, seconds, url)


def words(program, concurrency, seconds, url):
    """Return the command that is ab.

    -n comes after -t, which sets a bound of its own; -r goes on after a
    broken connection and counts it; -e has the percentiles to the
    microsecond, where the usual table rounds them to milliseconds.
    """
    limit = whole_seconds(seconds)
    return [program, "-q", "-r", "-e", "/dev/stdout", "-t", str(limit),
            "-n", str(limit * REQUESTS_PER_SECOND), "-c", str(concurrency), url]


def parse(output):
    """Return {"ops", "values", ...} from ab's output, as a client's report."""
    complete = _number(r"^Complete requests:\s+(\d+)", output)
    seconds = _number(r"^Time taken for tests:\s+([\d.]+)", output)
    if complete is None or not seconds:
        raise ValueError("ab printed no result: " + output.strip()[-500:])
    failed = _number(r"^Failed requests:\s+(\d+)", output) or 0
    failed += _number(r"^Non-2xx responses:\s+(\d+)", output) or 0
    values = {"rate": (complete - failed) / seconds, "failed": failed}
    values.update(_percentiles(output, int(complete)))
    return {"ops": int(complete), "values": values, "seconds": seconds}


def _percentiles(output, complete):
    """Return p50 and p99 in microseconds.

    ab takes the percentile P from place round(complete * P / 100) of its
    sorted times, counted from 0.  Of few requests that is one past the last
    and reads as 0: the last place that exists stands for it.
    """
    rows = {int(percent): float(milliseconds) * 1e3 for percent, milliseconds
            in re.findall(r"^(\d+),([\d.]+)$", output, re.MULTILINE)
            if int(0.5 + complete * int(percent) / 100) < complete}
    return {name: rows[max(percent for percent in rows if percent <= wanted)]
            for name, wanted in (("p50", 50), ("p99", 99)) if rows}


def _number(pattern, text):
    found = re.search(pattern, text, re.MULTILINE)
    return float(found.group(1)) if found else None
