"""pythonplus.h: atomic execution for extensions, and tasks that carry their own state.

The extension is built here, as its author would build it, with an installed Python or
in the build tree.
"""

import importlib.machinery
import importlib.util
import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import threading
import unittest
from _thread import get_atomic, set_atomic
from test import support
from test.support import plus_helper
from test.support.plus_helper import Burners, SwitchInterval, run_threads
from threading import atomic

SOURCE = r"""
#include <Python.h>
#include <pythonplus.h>
#include <pythonplus.h>

/* set(on): what it was. */
static PyObject *
set(PyObject *module, PyObject *on)
{
    int before = PyThread_SetAtomic(PyObject_IsTrue(on));
    return before < 0 ? NULL : PyLong_FromLong(before);
}

static PyObject *
get(PyObject *module, PyObject *ignored)
{
    return PyLong_FromLong(PyThread_GetAtomic());
}

/* nested(n, function): call it in n atomic sections. */
static PyObject *
nested(PyObject *module, PyObject *args)
{
    int n;
    PyObject *function;
    if (!PyArg_ParseTuple(args, "iO", &n, &function)) {
        return NULL;
    }
    if (n == 0) {
        return PyObject_CallNoArgs(function);
    }
    int before = PyThread_SetAtomic(1);
    args = Py_BuildValue("iO", n - 1, function);
    PyObject *result = args == NULL ? NULL : nested(module, args);
    Py_XDECREF(args);
    (void)PyThread_SetAtomic(before);
    return result;
}

/* A task that shares its thread with others: run(function) calls it as its part. */
typedef struct {
    PyObject_HEAD
    PyThread_AtomicState state;
} Task;

static PyObject *
task_run(PyObject *self, PyObject *function)
{
    Task *task = (Task *)self;
    PyThread_SwapAtomicState(&task->state);
    PyObject *result = PyObject_CallNoArgs(function);
    PyThread_SwapAtomicState(&task->state);
    return result;
}

static PyMethodDef task_methods[] = {
    {"run", task_run, METH_O, NULL},
    {NULL}
};

static PyTypeObject Task_Type = {
    .ob_base = PyVarObject_HEAD_INIT(NULL, 0)
    .tp_name = "plus_extension.Task",
    .tp_basicsize = sizeof(Task),
    .tp_flags = Py_TPFLAGS_DEFAULT,
    .tp_methods = task_methods,
    .tp_new = PyType_GenericNew,
};

/* loop(n): how often it gave way. */
static PyObject *
loop(PyObject *module, PyObject *n)
{
    long turns = PyLong_AsLong(n), yields = 0;
    for (long i = 0; i < turns; i++) {
        yields += _PyThread_yield_GIL();
    }
    return PyLong_FromLong(yields);
}

static PyMethodDef methods[] = {
    {"set", set, METH_O, NULL},
    {"get", get, METH_NOARGS, NULL},
    {"nested", nested, METH_VARARGS, NULL},
    {"loop", loop, METH_O, NULL},
    {NULL}
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, .m_name = "plus_extension", .m_size = -1, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_plus_extension(void)
{
    PyObject *m = PyModule_Create(&module);
    if (m != NULL && PyModule_AddType(m, &Task_Type) < 0) {
        Py_CLEAR(m);
    }
    return m;
}
"""


def compiler():
    """Return the words that call the compiler, or None."""
    words = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "")
    return words if words and shutil.which(words[0]) else None


def build(folder, source, *options):
    """Compile source, as an extension unless options say otherwise.  Returns the
    CompletedProcess and the path of what it made."""
    path = os.path.join(folder, "plus_extension.c")
    with open(path, "w", encoding="utf-8") as f:
        f.write(source)
    target = os.path.join(folder, "plus_extension" + importlib.machinery.EXTENSION_SUFFIXES[0])
    folders = {sysconfig.get_path("include"), sysconfig.get_path("platinclude"),
               os.path.dirname(sysconfig.get_config_h_filename())}
    command = [*compiler(), *shlex.split(sysconfig.get_config_var("CCSHARED") or "-fPIC"),
               *(f"-I{folder}" for folder in folders), "-Wall", "-Wextra", "-Werror",
               "-Wno-unused-parameter", "-Wno-missing-field-initializers",
               "-shared", *options, path, "-o", target]
    return subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                          text=True, timeout=support.LONG_TIMEOUT), target


@support.requires_subprocess()
@unittest.skipUnless(compiler(), "there is no C compiler (CC, or what sysconfig names)")
class ExtensionTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="plus-extension-")
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        done, path = build(cls.folder, SOURCE)
        if done.returncode:
            raise AssertionError(f"the extension cannot be built:\n{done.stdout}")
        spec = importlib.util.spec_from_file_location("plus_extension", path)
        cls.extension = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(cls.extension)

    def setUp(self):
        self.assertIs(get_atomic(), False)
        self.addCleanup(lambda: self.assertIs(get_atomic(), False))

    def test_set_and_get_are_those_of_python(self):
        extension = self.extension
        self.assertEqual(extension.get(), 0)
        self.assertEqual(extension.set(True), 0)
        self.assertEqual(extension.get(), 1)
        self.assertIs(get_atomic(), True)
        self.assertEqual(extension.set(True), 1)
        with atomic:
            self.assertEqual(extension.set(False), 1)
            self.assertIs(get_atomic(), False)
        self.assertIs(set_atomic(False), True)
        self.assertEqual(extension.get(), 0)

    def test_sections_nest(self):
        for n in 0, 1, 2, 100:
            self.assertIs(self.extension.nested(n, get_atomic), n > 0)
            self.assertIs(get_atomic(), False)
        with atomic:
            self.assertIs(self.extension.nested(3, get_atomic), True)
            self.assertIs(get_atomic(), True)

    def test_the_limit(self):
        def nest(n):
            with atomic:
                return nest(n - 1) if n > 1 else self.extension.set(False)

        self.assertEqual(nest(63), 1)
        with self.assertRaisesRegex(RuntimeError, "63 nested"):
            nest(64)

    def test_other_threads_do_not_run_in_a_section(self):
        def run(action):
            before = list(burners.counts)
            action()
            return before != burners.counts

        def spin():
            for _ in range(20_000):
                abs(0)

        with SwitchInterval(1e-6), Burners(2) as burners:
            burners.wait_for_progress()
            self.assertFalse(any(self.extension.nested(1, lambda: run(spin))
                                 for _ in range(20)))
            with atomic:
                self.assertEqual(self.extension.loop(100_000), 0)
            for _ in support.sleeping_retry(support.SHORT_TIMEOUT):
                if self.extension.loop(1_000_000):
                    break

    def test_tasks_carry_their_own_state(self):
        first, second = self.extension.Task(), self.extension.Task()
        self.assertIs(first.run(get_atomic), False)
        first.run(atomic.__enter__)
        self.assertIs(get_atomic(), False)
        self.assertIs(second.run(get_atomic), False)
        self.assertIs(first.run(get_atomic), True)
        with self.assertRaises(RuntimeError):
            second.run(lambda: atomic.__exit__(None, None, None))
        with atomic:
            self.assertIs(second.run(get_atomic), False)
            self.assertIs(first.run(get_atomic), True)
            self.assertIs(get_atomic(), True)
        first.run(lambda: atomic.__exit__(None, None, None))
        self.assertIs(first.run(get_atomic), False)

    def test_a_task_keeps_holes_and_depth(self):
        task = self.extension.Task()

        def begin():
            atomic.__enter__()
            atomic.__enter__()
            set_atomic(False)

        def end():
            self.assertIs(get_atomic(), False)
            atomic.__exit__(None, None, None)
            self.assertIs(get_atomic(), True)
            atomic.__exit__(None, None, None)
            self.assertIs(get_atomic(), False)

        task.run(begin)
        task.run(end)

    def test_a_task_can_move_to_another_thread(self):
        task = self.extension.Task()
        task.run(atomic.__enter__)

        def elsewhere():
            inside = task.run(get_atomic)
            task.run(lambda: atomic.__exit__(None, None, None))
            return inside, get_atomic()

        self.assertEqual(run_threads([elsewhere]), [(True, False)])
        self.assertIs(task.run(get_atomic), False)

    def test_what_was_put_off_comes_when_an_atomic_task_stops(self):
        def sums():
            before = list(burners.counts)
            for _ in range(20_000):
                abs(0)
            return before, list(burners.counts)

        def attempt():
            task = self.extension.Task()
            task.run(lambda: set_atomic(True))
            before, after = task.run(sums)
            self.assertEqual(before, after)
            return after != burners.counts

        with SwitchInterval(1e-6), Burners(1) as burners:
            burners.wait_for_progress()
            self.assertTrue(plus_helper.best_of(20, attempt, bool))

    def test_one_task_in_each_thread(self):
        inside = []

        def work():
            task = self.extension.Task()
            task.run(atomic.__enter__)
            worst = 0
            for _ in range(200):
                def part():
                    nonlocal worst
                    worst = max(worst, len(inside))
                    inside.append(threading.get_ident())
                    for _ in range(10):
                        abs(0)
                    inside.pop()
                task.run(part)
            return worst

        with SwitchInterval(1e-6):
            self.assertEqual(run_threads([work] * 4), [0] * 4)


@support.requires_subprocess()
@unittest.skipUnless(compiler(), "there is no C compiler (CC, or what sysconfig names)")
class HeaderTests(unittest.TestCase):
    def compiles(self, source, *options):
        with tempfile.TemporaryDirectory(prefix="plus-header-") as folder:
            done, _ = build(folder, source, *options)
        self.assertEqual(done.returncode, 0, done.stdout)

    def test_as_c_plus_plus(self):
        if not shutil.which("g++"):
            self.skipTest("there is no g++")
        self.compiles("#include <Python.h>\n#include <pythonplus.h>\n"
                      "extern \"C\" int f(void) { return PyThread_GetAtomic(); }\n",
                      "-x", "c++", "-fsyntax-only", "-Wno-unused-command-line-argument")

    def test_it_is_where_extensions_look(self):
        path = os.path.join(sysconfig.get_path("include"), "pythonplus.h")
        self.assertTrue(os.path.exists(path), path)


if __name__ == "__main__":
    unittest.main()
