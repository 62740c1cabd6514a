# Copyright PythonPlus contributors.
"""Runs in gdb: writes size and fields of types, as JSON.

LAYOUT_NAMES is a file with the names of types, one a line; LAYOUT_OUTPUT is the file
that gets {name: {"": size in bits, path of a field: [offset in bits, size in bits]}}.
A name that the program does not know is left out.
"""
import json
import os

import gdb

NESTED = (gdb.TYPE_CODE_STRUCT, gdb.TYPE_CODE_UNION)


def fields(kind, path="", at=0):
    """Yield (path, [offset, size]) of each field, those of fields included."""
    for field in kind.fields():
        if not hasattr(field, "bitpos"):
            continue                        # an enumerator
        inner = field.type.strip_typedefs()
        name = f"{path}.{field.name}" if field.name and path else field.name or path
        offset = at + field.bitpos
        if field.name:
            yield name, [offset, field.bitsize or inner.sizeof * 8]
        if inner.code in NESTED:
            yield from fields(inner, name, offset)


def find(name):
    for spelling in (name, f"struct {name}", f"union {name}"):
        try:
            kind = gdb.lookup_type(spelling).strip_typedefs()
        except gdb.error:
            continue
        if kind.code in NESTED and kind.fields():
            return kind
    return None


found = {}
with open(os.environ["LAYOUT_NAMES"], encoding="utf-8") as names:
    for name in names.read().split():
        kind = find(name)
        if kind is not None:
            found[name] = {"": kind.sizeof * 8} | dict(fields(kind))
with open(os.environ["LAYOUT_OUTPUT"], "w", encoding="utf-8") as output:
    json.dump(found, output)
