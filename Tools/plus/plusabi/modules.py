# Copyright PythonPlus contributors.
"""The extension modules of CPython itself: those of one build, in the other."""
import glob
import os
import re

from .interpreters import Failed

# These look into private structures, those of interpreters among them. Ours of
# _queue is a part of the scheduler's waits, and nothing for another interpreter.
PRIVATE = {"_testinternalcapi", "_interpreters", "_interpchannels", "_interpqueues"}
OURS = {"_queue"}
# Tests that are short and use many of these modules.
TESTS = ("test_array", "test_bz2", "test_ctypes", "test_datetime", "test_functools", "test_hashlib",
         "test_lzma", "test_mmap", "test_queue", "test_select", "test_sqlite3", "test_struct",
         "test_zlib", "test_capi.test_bytes", "test_capi.test_list", "test_capi.test_mem",
         "test_capi.test_misc", "test_capi.test_run", "test_capi.test_watchers")
LOAD = """
import importlib, os, sys
folder, *names = sys.argv[1:]
sys.path.insert(0, folder)
for name in names:
    module = importlib.import_module(name)
    assert os.path.dirname(module.__file__) == folder, module.__file__
"""
PASSED = re.compile(r"^Total tests: run=([\d,]+)", re.MULTILINE)


def lend(lender, borrower, folder):
    """Return (a folder with links to the modules of lender, their names)."""
    target = os.path.join(folder, f"modules-{lender.name}")
    os.makedirs(target, exist_ok=True)
    names = []
    for path in glob.glob(os.path.join(lender.modules_folder, f"*{lender['EXT_SUFFIX']}")):
        name = os.path.basename(path).removesuffix(lender["EXT_SUFFIX"])
        if name in PRIVATE or (name in OURS and lender["plus"] and not borrower["plus"]):
            continue
        names.append(name)
        link = os.path.join(target, os.path.basename(path))
        if not os.path.islink(link):
            os.symlink(path, link)
    if not names:
        raise Failed(f"no modules in {lender.modules_folder}")
    return target, sorted(names)


def load(lender, borrower, folder):
    """All of them, in one process."""
    target, names = lend(lender, borrower, folder)
    borrower.run("-c", LOAD, target, *names)
    return f"{len(names)} modules"


def test(lender, borrower, folder):
    target, _ = lend(lender, borrower, folder)
    said = borrower.run("-m", "test", "-j2", "--timeout", "300", "--tempdir", folder, *TESTS,
                        PYTHONPATH=target)
    ran = PASSED.search(said)
    if not ran:
        raise Failed("no count of tests came")
    return f"{len(TESTS)} test files of CPython, {ran[1]} tests"


def checks(stock, plus, folder):
    for lender, borrower in ((stock, plus), (plus, stock)):
        yield (f"modules of {lender.name}, in {borrower.name}",
               lambda a=lender, b=borrower: load(a, b, folder))
    yield "their tests: modules of stock, in plus", lambda: test(stock, plus, folder)
