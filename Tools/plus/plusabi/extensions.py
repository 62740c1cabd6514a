# Copyright PythonPlus contributors.
"""Extensions of ours that use locks, GIL and threads: built for one, loaded in the other."""
import os

from .interpreters import Failed

HERE = os.path.dirname(os.path.abspath(__file__))
# Module, source, flags, ending of the file: None is the interpreter's own.
MODULES = (
    ("plus_locks", "locks.c", ["-DPLUS_NAME=plus_locks"], None),
    ("plus_limited", "locks.c", ["-DPLUS_NAME=plus_limited", "-DPy_LIMITED_API=0x030D0000"],
     ".abi3.so"),
    ("plus_fields", "fields.c", [], None),
)


def build(python, folder):
    """Build all of them against the headers of python; return where they lie."""
    target = os.path.join(folder, f"extensions-{python.name}")
    os.makedirs(target, exist_ok=True)
    for name, source, flags, ending in MODULES:
        output = os.path.join(target, name + (ending or python["EXT_SUFFIX"]))
        if not os.path.exists(output):
            python.compile_extension(os.path.join(HERE, source), output, *flags)
    return target


def check(builder, loader, name, folder):
    done = loader.run(os.path.join(HERE, "load.py"), build(builder, folder), name).strip()
    if done in ("", "0"):
        raise Failed("no check ran")
    return f"{done} checks"


def checks(stock, plus, folder):
    for name, *_ in MODULES:
        for builder in (stock, plus):
            for loader in (stock, plus):
                yield (f"{name}: built for {builder.name}, in {loader.name}",
                       lambda b=builder, l=loader, n=name: check(b, l, n, folder))
