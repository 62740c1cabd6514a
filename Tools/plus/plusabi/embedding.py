# Copyright PythonPlus contributors.
"""A C program that holds a Python: one's headers, the library of the other."""
import os

from .interpreters import Failed, call

HERE = os.path.dirname(os.path.abspath(__file__))


def check(headers, library, folder):
    program = os.path.join(folder, f"embed-{headers.name}-{library.name}")
    headers.compile_program(os.path.join(HERE, "embed.c"), program, library)
    said = call([program, library.path]).strip()
    if said != "good":
        raise Failed(f"it said {said!r}")
    return "initialized and finalized twice, called from foreign threads"


def checks(stock, plus, folder):
    for headers in (stock, plus):
        for library in (stock, plus):
            yield (f"built for {headers.name}, with the library of {library.name}",
                   lambda h=headers, l=library: check(h, l, folder))
