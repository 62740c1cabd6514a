# Copyright PythonPlus contributors.
"""venv, pip with a wheel of a folder, setup.py: nothing is downloaded."""
import base64
import hashlib
import os
import shutil
import zipfile

from .interpreters import Failed, Interpreter, NotTried, call

HERE = os.path.dirname(os.path.abspath(__file__))
SETUP = """
from setuptools import Extension, setup
setup(name="plus-fields", version="1", py_modules=[],
      ext_modules=[Extension("plus_fields", ["fields.c"])])
"""


def write_wheel(folder, tag, name, files):
    """Write a wheel by hand: files are {path in it: bytes}; return its path."""
    info = f"{name}-1.dist-info"
    files = files | {
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1\n".encode(),
        f"{info}/WHEEL": f"Wheel-Version: 1.0\nRoot-Is-Purelib: false\nTag: {tag}\n".encode()}
    record = "".join(f"{path},sha256={digest(data)},{len(data)}\n" for path, data in files.items())
    files[f"{info}/RECORD"] = f"{record}{info}/RECORD,,\n".encode()
    path = os.path.join(folder, f"{name}-1-{tag}.whl")
    with zipfile.ZipFile(path, "w") as wheel:
        for inside, data in files.items():
            wheel.writestr(inside, data)
    return path


def digest(data):
    return base64.urlsafe_b64encode(hashlib.sha256(data).digest()).rstrip(b"=").decode()


def make_venv(python, folder):
    """Return the interpreter of a new virtual environment."""
    target = os.path.join(folder, f"venv-{python.name}")
    shutil.rmtree(target, ignore_errors=True)
    python.run("-m", "venv", target)
    return Interpreter(python.name, os.path.join(target, "bin", "python"))


def extension_wheel(builder, folder):
    """A wheel of our extension as a project would publish it: cp313, for this platform."""
    built = os.path.join(folder, f"wheel-{builder.name}{builder['EXT_SUFFIX']}")
    builder.compile_extension(os.path.join(HERE, "fields.c"), built)
    platform = builder.run("-c", "import sysconfig; print(sysconfig.get_platform())").strip()
    tag = f"cp313-cp313-{platform.replace('-', '_').replace('.', '_')}"
    with open(built, "rb") as f:
        files = {f"plus_fields{builder['EXT_SUFFIX']}": f.read()}
    return write_wheel(folder, tag, "plus_fields", files)


def pip(builder, python, folder):
    """pip of a new venv takes the wheel that was made for the other interpreter."""
    venv = make_venv(python, folder)
    venv.run("-m", "pip", "install", "--no-index", "--disable-pip-version-check",
             extension_wheel(builder, folder))
    where = venv.run("-c", "import plus_fields; print(plus_fields.__file__)").strip()
    if not where.startswith(os.path.join(folder, f"venv-{python.name}")):
        raise Failed(f"the module came from {where}")
    venv.run("-m", "pip", "uninstall", "-y", "plus_fields")
    return "installed, imported, uninstalled"


def setup_py(python, folder, sources):
    """setup.py build_ext, with Debian's setuptools."""
    setuptools = os.path.join(sources or "", "setuptools")
    if not sources or not os.path.isdir(setuptools):
        raise NotTried("no setuptools: give --sources with Debian's source package")
    project = os.path.join(folder, f"project-{python.name}")
    os.makedirs(project, exist_ok=True)
    shutil.copy(os.path.join(HERE, "fields.c"), project)
    with open(os.path.join(project, "setup.py"), "w", encoding="utf-8") as f:
        f.write(SETUP)
    call([python.path, "setup.py", "-q", "build_ext", "--inplace"], folder=project,
         PYTHONPATH=setuptools)
    python.run(os.path.join(HERE, "load.py"), project, "plus_fields")
    return "built in place and loaded"


def checks(stock, plus, folder, sources):
    for builder, python in ((stock, plus), (plus, stock)):
        yield (f"pip in a venv of {python.name}, wheel of {builder.name}",
               lambda b=builder, p=python: pip(b, p, folder))
    for python in (stock, plus):
        yield (f"setup.py build_ext with {python.name}",
               lambda p=python: setup_py(p, folder, sources))
