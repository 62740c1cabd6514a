# Copyright PythonPlus contributors.
"""Extensions of others, from Debian's source packages: built for one, used in the other."""
import os
import shutil

from .interpreters import NotTried, call

# Source package of Debian, where its modules are built from, options, and a use of it
# that ends with an error if something is wrong.
PACKAGES = {
    "markupsafe": ("src", (), """
import markupsafe._speedups
assert markupsafe.escape("<a>") == "&lt;a&gt;"
from concurrent.futures import ThreadPoolExecutor
with ThreadPoolExecutor(4) as pool:
    assert set(pool.map(markupsafe.escape, ["<"] * 10000)) == {"&lt;"}
"""),
    "python-psutil": ("", (), """
import psutil, threading
process = psutil.Process()
assert process.num_threads() == 1
stop = threading.Event()
thread = threading.Thread(target=stop.wait)
thread.start()
assert {t.id for t in process.threads()} == {threading.main_thread().native_id, thread.native_id}
stop.set()
thread.join()
"""),
    "python-greenlet": ("src", (), """
import greenlet, threading
def switch(n):
    main = greenlet.getcurrent()
    def body():
        for i in range(n):
            main.switch(i)
        return "end"
    inner = greenlet.greenlet(body)
    assert [inner.switch() for _ in range(n + 1)] == [*range(n), "end"]
threads = [threading.Thread(target=switch, args=(10000,)) for _ in range(4)]
for thread in threads: thread.start()
for thread in threads: thread.join()
lock = threading.Condition()
def waits():
    with lock:
        return lock.wait(0.05)
assert greenlet.greenlet(waits).switch() is False
"""),
    "pillow": ("src", ("--disable-jpeg", "--disable-tiff", "--disable-freetype", "--disable-lcms",
                       "--disable-webp", "--disable-jpeg2000", "--disable-xcb", "--disable-imagequant"), """
import io
from concurrent.futures import ThreadPoolExecutor
from PIL import Image
def turn(size):
    image = Image.linear_gradient("L").resize((size, size)).rotate(90)
    file = io.BytesIO()
    image.save(file, "PNG")
    return Image.open(io.BytesIO(file.getvalue())).tobytes() == image.tobytes()
with ThreadPoolExecutor(4) as pool:
    assert all(pool.map(turn, range(100, 140)))
"""),
}
# What builds the others.
SETUPTOOLS = "setuptools"


def build(name, python, folder, sources):
    """Build a package for python, once; return what has to be on the path to import it."""
    for needed in (name, SETUPTOOLS):
        if not os.path.isdir(os.path.join(sources or "", needed)):
            raise NotTried(f"there is no source of {needed}: make abi fetches it where the archive has it")
    inside, options, _ = PACKAGES[name]
    tree = os.path.join(folder, f"{name}-{python.name}")
    if not os.path.isdir(tree):
        shutil.copytree(os.path.join(sources, name), tree)
        call([python.path, "setup.py", "-q", "build_ext", "--inplace", *options], folder=tree,
             PYTHONPATH=os.path.join(sources, SETUPTOOLS))
    return os.path.join(tree, inside)


def check(name, builder, user, folder, sources):
    path = build(name, builder, folder, sources)
    user.run("-c", PACKAGES[name][2], PYTHONPATH=path)
    return "imported and used by threads"


def checks(stock, plus, folder, sources):
    for name in PACKAGES:
        for builder, user in ((stock, plus), (plus, stock)):
            yield (f"{name}: built for {builder.name}, in {user.name}",
                   lambda n=name, b=builder, u=user: check(n, b, u, folder, sources))
