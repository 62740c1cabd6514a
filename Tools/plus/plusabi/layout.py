# Copyright PythonPlus contributors.
"""Layout: size and fields of the structures, from the debug information."""
import functools
import glob
import json
import os
import re
import shutil

from .interpreters import Failed, NotTried, call

HERE = os.path.dirname(os.path.abspath(__file__))
# Where a header gives a structure its name: behind it, or before its fields.
NAMES = re.compile(r"^\}\s*(\w+)\s*;|\b(?:struct|union)\s+(\w+)\s*\{", re.MULTILINE)

# The internal structures that hold the scheduler, or hold these, and the first field
# that may lie elsewhere. What samplers and debuggers read comes before it.
FIRST = {"_gil_runtime_state": "cond", "_is": "_gil.cond",
         "pyruntimestate": "_main_interpreter._gil.cond",
         "_PyRuntimeState": "_main_interpreter._gil.cond", "_PyThreadStateImpl": None}


def names_in(headers):
    """Return the names of the structures that the headers define."""
    found = set()
    for path in headers:
        with open(path, encoding="utf-8") as f:
            found.update(filter(None, sum(NAMES.findall(f.read()), ())))
    return sorted(found)


def headers(stock, kind):
    patterns = {"public": ("*.h", "cpython/*.h"), "internal": ("internal/*.h",)}[kind]
    return [path for pattern in patterns
            for path in glob.glob(os.path.join(stock["include"], pattern))]


@functools.cache
def of_program(path, names, folder):
    """Return {type: {"": size, field: [offset, size]}} of the names that path knows; in bits."""
    if not shutil.which("gdb"):
        raise NotTried("gdb is not installed: install the Debian package gdb")
    wanted, output = (os.path.join(folder, f"layout.{end}") for end in ("names", "json"))
    with open(wanted, "w", encoding="utf-8") as f:
        f.write("\n".join(names))
    call(["gdb", "-batch", "-nx", "-iex", "set auto-load off", "-x",
          os.path.join(HERE, "layout_gdb.py"), path], LAYOUT_NAMES=wanted, LAYOUT_OUTPUT=output)
    with open(output, encoding="utf-8") as f:
        found = json.load(f)
    if "PyObject" not in found:
        raise NotTried(f"{path} has no debug information")
    return found


def both(stock, plus, kind, folder):
    names = tuple(names_in(headers(stock, kind)) + ["PyObject"])
    return [of_program(python.path, names, folder) for python in (stock, plus)]


def differences(theirs, ours):
    """Return {type: [field, ...]} for what is missing, elsewhere or of another size."""
    return {name: changed for name, fields in theirs.items()
            if (changed := [field or "size" for field, place in fields.items()
                            if ours.get(name, {}).get(field) != place])}


def told(changed):
    return "; ".join(f"{name}: {' '.join(fields[:5])}" for name, fields in changed.items())


def public(stock, plus, folder):
    theirs, ours = both(stock, plus, "public", folder)
    changed = differences(theirs, ours)
    if changed:
        raise Failed(told(changed))
    fields = sum(map(len, theirs.values())) - len(theirs)
    return f"{len(theirs)} structures, {fields} fields: the same offsets and sizes"


def too_early(theirs, ours, first):
    """Return the fields before the first one that may differ, if they do."""
    limit = theirs[first][0] if first else theirs[""]
    changed = [field for field, place in theirs.items()
               if field and place[0] < limit and ours.get(field) != place]
    # What holds the first one has grown with it.
    return [field for field in changed if not f"{first}.".startswith(f"{field}.")]


def internal(stock, plus, folder):
    theirs, ours = both(stock, plus, "internal", folder)
    changed = differences(theirs, ours)
    other = {name: fields for name, fields in changed.items() if name not in FIRST}
    for name, first in FIRST.items():
        if name in changed and (early := too_early(theirs[name], ours[name], first)):
            other[name] = early
    if other:
        raise Failed(told(other))
    grown = ", ".join(f"{name} from {FIRST[name] or 'its end'} on" for name in changed)
    return f"{len(theirs)} structures; differ, as they hold the scheduler: {grown or 'none'}"


def checks(stock, plus, folder):
    yield "public structures", lambda: public(stock, plus, folder)
    yield "internal structures", lambda: internal(stock, plus, folder)
