# Copyright PythonPlus contributors.
"""Extensions of others, from Debian's source packages: built for one, used in the other."""
import os
import shutil

from .interpreters import NotTried, call

HERE = os.path.dirname(os.path.abspath(__file__))
WITHOUT_LIBRARIES = [f"--disable-{name}" for name in (
    "jpeg", "tiff", "freetype", "lcms", "webp", "jpeg2000", "xcb", "imagequant")]
# Source package of Debian: where its modules are built from, options of build_ext, and
# the program that uses it and ends with an error if something is wrong.
PACKAGES = {
    "markupsafe": ("src", (), "use_markupsafe.py"),
    "python-psutil": ("", (), "use_psutil.py"),
    "python-greenlet": ("src", (), "use_greenlet.py"),
    "pillow": ("src", WITHOUT_LIBRARIES, "use_pillow.py"),
}
# What builds the others.
SETUPTOOLS = "setuptools"


def build(name, python, folder, sources):
    """Build a package for python, once; return what has to be on the path to import it."""
    for needed in (name, SETUPTOOLS):
        if not os.path.isdir(os.path.join(sources or "", needed)):
            raise NotTried(f"there is no source of {needed}: make abi fetches what the archive has")
    inside, options, _ = PACKAGES[name]
    tree = os.path.join(folder, f"{name}-{python.name}")
    if not os.path.isdir(tree):
        shutil.copytree(os.path.join(sources, name), tree)
        call([python.path, "setup.py", "-q", "build_ext", "--inplace", *options], folder=tree,
             PYTHONPATH=os.path.join(sources, SETUPTOOLS))
    return os.path.join(tree, inside)


def check(name, builder, user, folder, sources):
    path = build(name, builder, folder, sources)
    user.run(os.path.join(HERE, "programs", PACKAGES[name][2]), PYTHONPATH=path)
    return "imported and used by threads"


def checks(stock, plus, folder, sources):
    for name in PACKAGES:
        for builder, user in ((stock, plus), (plus, stock)):
            yield (f"{name}: built for {builder.name}, in {user.name}",
                   lambda n=name, b=builder, u=user: check(n, b, u, folder, sources))
