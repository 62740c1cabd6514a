# Copyright PythonPlus contributors.
"""What our tools print to, and how they end when it can take no more.

A reader that goes away (| head) ends a tool quietly, by SIGPIPE, as it ends other
programs. A full disk, or a stdout that was closed, is told in one message, with the exit
status 2. What a tool was asked to keep in a file is written before what depends on it is
printed.
"""
import errno
import os
import signal
import sys


class CannotPrint(Exception):
    """stdout takes no more. No OSError, for nobody who expects those may catch it."""

    def __init__(self, error):
        super().__init__(error.strerror)
        self.errno = error.errno


class _Stdout:
    """sys.stdout, whose failures are told from those of other files and pipes."""

    def __init__(self, stream):
        self._stream = stream

    def __getattr__(self, name):
        return getattr(self._stream, name)

    def write(self, text):
        try:
            return self._stream.write(text)
        except OSError as error:
            raise CannotPrint(error) from None

    def flush(self):
        try:
            self._stream.flush()
        except OSError as error:
            raise CannotPrint(error) from None


class Report:
    """Prints lines.  One that is patient goes on when that fails, until end():
    there is a file to be written first."""

    def __init__(self, patient):
        self._patient = patient
        self._failure = None

    def print(self, *lines):
        if self._failure:
            return
        try:
            print(*lines, sep="\n", flush=True)
        except CannotPrint as error:
            if not self._patient:
                raise
            self._failure = error

    def end(self):
        """Raise CannotPrint if something could not be printed."""
        if self._failure:
            raise self._failure


def run(main, name):
    """Run main(argv) of the tool of this name; return the exit status."""
    if _open_closed_streams():
        return _tell(name, "stdout is closed: send it to /dev/null if nobody is to read it")
    sys.stdout.reconfigure(errors="backslashreplace")
    sys.stdout = _Stdout(sys.stdout)
    try:
        try:
            status = main(sys.argv[1:])
        except SystemExit:          # of argparse, which may have printed its help
            sys.stdout.flush()
            raise
        sys.stdout.flush()
        return status
    except CannotPrint as error:
        return _end(name, error)


def _open_closed_streams():
    """Open what is closed of stdin, stdout and stderr, or the next file that is opened
    would be taken for it; return whether stdout was."""
    number = 0
    while number <= 2:
        number = os.open(os.devnull, os.O_RDWR)
        os.set_inheritable(number, number <= 2)
    os.close(number)
    if sys.stderr is None:
        sys.stderr = open(2, "w", closefd=False)
    return sys.stdout is None


def _end(name, error):
    # What is still in buffers would fail again.
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    if error.errno == errno.EPIPE:
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
        os.kill(os.getpid(), signal.SIGPIPE)
        return 128 + signal.SIGPIPE         # it is blocked
    return _tell(name, "cannot write to stdout: %s; free some space, or send it elsewhere" % error)


def _tell(name, message):
    print("%s: %s" % (name, message), file=sys.stderr)
    return 2
