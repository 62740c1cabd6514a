# Copyright PythonPlus contributors.
"""The interpreters that --python names, and the proof of what each is."""
import os
import re
import shlex
import shutil

from . import children

PROBE_LIMIT_S = 60          # a sanitizer build under load starts slowly


class BadInterpreter(Exception):
    """--python names something that cannot be measured."""


class Interpreter:
    """A command that starts a Python, and the facts that its probe told."""

    def __init__(self, command, label, facts):
        self.command = command
        self.facts = facts
        self.label = label or facts["short_name"]

    def header(self, number):
        """Return two lines: which interpreter, which scheduler."""
        first_line = self.facts["sys_version"].splitlines()[0].strip()
        return ["[%d] %s: %s" % (number, self.label, shlex.join(self.command)),
                "    Python %s; %s" % (first_line, self.facts["scheduler"])]


def split(text):
    """Return (label or None, command) of one argument of --python.

    The argument is a path, or a command as a shell splits it, with or
    without a leading LABEL=.
    """
    label = None
    named = re.match(r"([A-Za-z0-9_.+-]+)=(.+)", text)
    if named and not os.path.exists(text):
        label, text = named.groups()
    if os.path.exists(text):
        return label, [text]
    try:
        command = shlex.split(text)
    except ValueError as error:
        raise BadInterpreter("--python %s: %s" % (text, error))
    if not command:
        raise BadInterpreter("--python: the path is empty")
    return label, command


def find(text):
    """Return the Interpreter that the argument names, probed."""
    label, command = split(text)
    program = shutil.which(command[0])
    if program is None:
        what = ("this is no executable file" if os.path.exists(command[0])
                else "there is no such program")
        raise BadInterpreter("--python %s: %s; give the path of a Python"
                             % (command[0], what))
    command = [os.path.abspath(program)] + command[1:]
    try:
        facts = children.run(command, "probe", PROBE_LIMIT_S)
    except children.ChildFailed as error:
        raise BadInterpreter("--python %s: %s" % (text, error))
    if "scheduler" not in facts:
        raise BadInterpreter("--python %s: this is no Python" % text)
    _refuse_mislabelled(label, facts["scheduler"])
    return Interpreter(command, label, facts)


def _refuse_mislabelled(label, scheduler):
    """A table that calls the wrong build "plus" is worse than none."""
    if label == "plus" and not scheduler.startswith("PythonPlus "):
        raise BadInterpreter("--python plus=...: this is no PythonPlus (%s)" % scheduler)
    if label == "stock" and scheduler.startswith("PythonPlus "):
        raise BadInterpreter("--python stock=...: this is no stock Python (%s)" % scheduler)
    claim = re.fullmatch("(gil|parker|locks|condition)-(.+)", label or "")
    if claim and "%s %s" % claim.groups() not in scheduler.split(", "):
        raise BadInterpreter("--python %s=...: this is no build with %s %s (%s)"
                             % (label, *claim.groups(), scheduler))
