# Copyright PythonPlus contributors.
"""The results of one interpreter: a JSON file that grows by one record at a time."""
import json
import os
import threading

from plusbench import files as whole_files
from plusbench import shape

from .outcomes import FILE

FORMAT = "pythonplus-parity-1"


def _cases(value, name):
    shape.mapping(shape.text)(value, name)
    shape.fields(**{FILE: shape.text})(value, name)


SHAPE = shape.fields(
    about=shape.fields(label=shape.optional(shape.text)),
    files=shape.mapping(shape.fields(cases=_cases, seconds=shape.optional(shape.number(0)))))


class Damaged(Exception):
    """A file is not what parity.py wrote."""


class Store:
    """The records of an interpreter, kept in a file.

    about is what the records depend on: interpreter, its build, the flags.
    """

    def __init__(self, path, about):
        self.path = path
        self.about = about
        self.records = {}
        self._lock = threading.Lock()

    def resume(self):
        """Take over what the file holds; return what was done, to be told.

        Records of another build or of other flags are put aside.
        """
        if not os.path.exists(self.path):
            return None
        old = read(self.path)
        if old.about == self.about:
            self.records = old.records
            return "goes on with %d files in %s" % (len(self.records), self.path)
        return put_aside(self.path) + ": it is of another build or of other flags"

    def add(self, name, record):
        with self._lock:
            self.records[name] = record
            self._write()

    def _write(self):
        content = {"format": FORMAT, "about": self.about, "files": self.records}
        with whole_files.whole("--folder", self.path) as temporary, \
                open(temporary, "w", encoding="utf-8") as f:
            json.dump(content, f)


def put_aside(path):
    os.replace(path, path + ".old")
    return "moved %s to %s.old" % (path, os.path.basename(path))


def read(path):
    """Return the Store that a file holds."""
    try:
        with open(path, encoding="utf-8") as f:
            content = json.load(f)
    except OSError as error:
        raise Damaged("%s: %s" % (path, error.strerror))
    except (ValueError, RecursionError):
        raise Damaged("%s is no JSON file: it cannot be what parity.py wrote" % path)
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise Damaged("%s was not written by this parity.py; run it again with --fresh" % path)
    try:
        shape.check(SHAPE, content)
    except (ValueError, LookupError, TypeError) as error:
        raise Damaged("%s is damaged (%s: %s); run it again with --fresh"
                      % (path, type(error).__name__, error))
    result = Store(path, content["about"])
    result.records = content["files"]
    return result
