/* Copyright PythonPlus contributors.

   Releases of the GIL from C: as many as possible, or one of a given length. */
#include <Python.h>
#include <time.h>

static PyObject *
release_take(PyObject *module, PyObject *arg)
{
    long times = PyLong_AsLong(arg);
    if (times == -1 && PyErr_Occurred()) {
        return NULL;
    }
    for (long i = 0; i < times; i++) {
        PyThreadState *tstate = PyEval_SaveThread();
        PyEval_RestoreThread(tstate);
    }
    Py_RETURN_NONE;
}

static long long
now_ns(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000000000LL + now.tv_nsec;
}

/* It is busy meanwhile: the kernel cannot sleep for a microsecond. */
static PyObject *
release_for(PyObject *module, PyObject *arg)
{
    long long ns = PyLong_AsLongLong(arg);
    if (ns == -1 && PyErr_Occurred()) {
        return NULL;
    }
    Py_BEGIN_ALLOW_THREADS
    long long end = now_ns() + ns;
    while (now_ns() < end) {
    }
    Py_END_ALLOW_THREADS
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"release_take", release_take, METH_O,
     "release_take(times): release the GIL and take it again, that often"},
    {"release_for", release_for, METH_O,
     "release_for(ns): release the GIL for so many nanoseconds, busily"},
    {NULL, NULL, 0, NULL}
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "releases", .m_size = -1, .m_methods = methods
};

PyMODINIT_FUNC
PyInit_releases(void)
{
    return PyModule_Create(&definition);
}
