# Copyright PythonPlus contributors.
"""The page that lists the differences: its rows, by their ids."""
import re

COLUMNS = 5
ROW_ID = re.compile(r"`([a-z0-9-]+)`")
NOT_PROBED = "Not probed:"


class BadPage(Exception):
    """The page cannot be read; the text says what to mend."""


def read(path):
    """Return {id: why it is not probed, or None}, in the order of the page."""
    try:
        with open(path, encoding="utf-8") as f:
            lines = f.read().splitlines()
    except (OSError, ValueError) as error:
        raise BadPage("%s: %s" % (path, getattr(error, "strerror", None) or error))
    rows = {}
    for number, line in enumerate(lines, 1):
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
        if cells and (cells[0] == "id" or not cells[0].strip("-:")):
            continue
        found = ROW_ID.fullmatch(cells[0]) if cells else None
        if not found or len(cells) != COLUMNS or not all(cells):
            raise BadPage("%s:%d: a row has %d columns with something in each, the first one an "
                          "`id` of small letters" % (path, number, COLUMNS))
        if found[1] in rows:
            raise BadPage("%s:%d: there is another row `%s`" % (path, number, found[1]))
        rows[found[1]] = _reason(cells[-1], path, number)
    if not rows:
        raise BadPage("%s: there is no row of a table in it" % path)
    return rows


def _reason(cell, path, number):
    _, mark, reason = cell.partition(NOT_PROBED)
    if mark and not reason.strip():
        raise BadPage("%s:%d: say why after \"%s\"" % (path, number, NOT_PROBED))
    return reason.strip() or None if mark else None
