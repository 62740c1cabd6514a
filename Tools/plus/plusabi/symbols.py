# Copyright PythonPlus contributors.
"""Symbols: what stock exports, plus exports too."""
import os

from .interpreters import Failed, NotTried, call

# One symbol of readelf's list: number, value, size, type, binding, visibility, section, name.
FIELDS = 8
EXPORTED = ("GLOBAL", "WEAK", "UNIQUE")


def defined(path, table):
    """Yield (name, address, type, size) of the symbols that path defines for others."""
    for line in call(["readelf", "--wide", table, path], LC_ALL="C").splitlines():
        words = line.split()
        if len(words) >= FIELDS and words[0].endswith(":"):
            address, size, kind, binding, visibility, section, name = words[1:FIELDS]
            if binding in EXPORTED and visibility == "DEFAULT" and section not in ("UND", "Ndx"):
                yield name.partition("@")[0], int(address, 16), kind, int(size, 0)


def exported(path, dynamic):
    """Return {name: (type, size)}."""
    table = "--dyn-syms" if dynamic else "--syms"
    return {name: (kind, size) for name, _, kind, size in defined(path, table)}


def addresses(path):
    """Return {name: address} of a program."""
    return {name: address for name, address, _, _ in defined(path, "--dyn-syms")}


def of_file(python, which):
    path = python.path if which == "python" else python.library
    found = exported(path, which == "python" or path.endswith(".so"))
    if not found:
        raise NotTried(f"{path} exports nothing: is it a link to another program?")
    return found


def compare(stock, plus, which):
    """Nothing of stock's is missing; tell what is added."""
    theirs, ours = of_file(stock, which), of_file(plus, which)
    missing = sorted(theirs.keys() - ours.keys())
    kinds = sorted(name for name in theirs.keys() & ours.keys() if theirs[name][0] != ours[name][0])
    if missing or kinds:
        raise Failed(f"missing: {' '.join(missing) or 'none'}; "
                     f"of another kind: {' '.join(kinds) or 'none'}")
    added = sorted(ours.keys() - theirs.keys())
    return f"{len(theirs)} of {len(theirs)} are there; added: {' '.join(added) or 'none'}"


def sizes(stock, plus):
    """A program may copy an exported object: all but the private runtime keep their size."""
    theirs, ours = (of_file(python, "python") for python in (stock, plus))
    objects = [name for name, (kind, _) in theirs.items() if kind == "OBJECT" and name in ours]
    changed = sorted(name for name in objects if theirs[name][1] != ours[name][1])
    other = [name for name in changed if not name.startswith("_")]
    if other or not objects:
        raise Failed(f"of another size: {' '.join(other)}")
    return f"{len(objects)} objects; of another size, private: {' '.join(changed) or 'none'}"


def checks(stock, plus, folder):
    yield "symbols of the program", lambda: compare(stock, plus, "python")
    yield f"symbols of {os.path.basename(plus.facts['LDLIBRARY'])}", \
        lambda: compare(stock, plus, "library")
    yield "sizes of exported objects", lambda: sizes(stock, plus)
