# Copyright PythonPlus contributors.
"""Which build an interpreter is: records of another one say nothing of it."""
import json
import subprocess

import runtests

from . import files

# The interpreter itself and the modules beside os.py: what a graft can change.
PROBE = """
import glob, hashlib, json, os, sys
digest = hashlib.sha256()
library = glob.glob(os.path.join(os.path.dirname(os.__file__), '*.py'))
for path in [sys.executable, *sorted(library)]:
    with open(path, 'rb') as f:
        digest.update(f.read())
print(json.dumps({'version': sys.version, 'build': digest.hexdigest()}))
"""


def about(label, command, limit):
    """Return what the records of this interpreter depend on."""
    result = subprocess.run([*command, "-c", PROBE], capture_output=True, encoding="utf-8",
                            env=runtests.environment())
    if result.returncode:
        raise files.CannotRun("%s: %s" % (command[0], result.stderr.strip()))
    return json.loads(result.stdout) | {"label": label, "command": command,
                                        "flags": files.flags(limit)}
