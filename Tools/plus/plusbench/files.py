# Copyright PythonPlus contributors.
"""Files that are written as a whole or not at all."""
import contextlib
import os
import tempfile


class CannotWrite(Exception):
    """An option names a file that cannot be written."""


def check(option, path):
    """Raise CannotWrite now rather than after an hour of measuring."""
    target = os.path.realpath(path)
    folder = os.path.dirname(target)
    if os.path.isdir(target):
        raise CannotWrite("%s %s: this is a folder; name a file" % (option, path))
    if os.path.exists(target) and not os.path.isfile(target):
        # A device would be replaced by a file of its name.
        raise CannotWrite("%s %s: this is no regular file; name one" % (option, path))
    if not os.path.isdir(folder):
        raise CannotWrite("%s %s: there is no folder %s" % (option, path, folder))
    if not os.access(folder, os.W_OK):
        raise CannotWrite("%s %s: no permission to write into %s" % (option, path, folder))


@contextlib.contextmanager
def whole(option, path):
    """Yield the name of a temporary file that becomes path in the end."""
    target = os.path.realpath(path)
    temporary = None
    try:
        handle, temporary = tempfile.mkstemp(
            prefix=os.path.basename(target) + ".", dir=os.path.dirname(target))
        os.close(handle)
        yield temporary
        os.chmod(temporary, 0o644)
        os.replace(temporary, target)
    except BaseException as error:
        if temporary:
            os.unlink(temporary)
        if isinstance(error, OSError):
            raise CannotWrite("%s %s: %s" % (option, path, error.strerror))
        raise
