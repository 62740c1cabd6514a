/* Copyright PythonPlus contributors.

   A thread that Python did not create: it calls PyGILState_Ensure(), again
   while it has the GIL, and releases it as often, over and over.  It has no
   thread state between two calls, as a callback from a library's own thread. */
#include <Python.h>
#include <pthread.h>
#include <stdatomic.h>

#define MOST_DEPTH 64

static pthread_t thread;
static int depth;
static atomic_int going;
static atomic_long calls;

static void *
call_python(void *unused)
{
    PyGILState_STATE states[MOST_DEPTH];
    while (atomic_load_explicit(&going, memory_order_relaxed)) {
        for (int i = 0; i < depth; i++) {
            states[i] = PyGILState_Ensure();
        }
        for (int i = depth; i > 0; i--) {
            PyGILState_Release(states[i - 1]);
        }
        atomic_fetch_add_explicit(&calls, 1, memory_order_relaxed);
    }
    return NULL;
}

static PyObject *
start(PyObject *module, PyObject *arg)
{
    long wanted = PyLong_AsLong(arg);
    if (wanted == -1 && PyErr_Occurred()) {
        return NULL;
    }
    if (wanted < 1 || wanted > MOST_DEPTH || atomic_load(&going)) {
        PyErr_SetString(PyExc_ValueError, "bad depth, or started twice");
        return NULL;
    }
    depth = (int)wanted;
    atomic_store(&going, 1);
    int error = pthread_create(&thread, NULL, call_python, NULL);
    if (error) {
        atomic_store(&going, 0);
        errno = error;
        return PyErr_SetFromErrno(PyExc_OSError);
    }
    Py_RETURN_NONE;
}

static PyObject *
stop(PyObject *module, PyObject *unused)
{
    if (atomic_exchange(&going, 0)) {
        Py_BEGIN_ALLOW_THREADS
        pthread_join(thread, NULL);
        Py_END_ALLOW_THREADS
    }
    Py_RETURN_NONE;
}

static PyObject *
count(PyObject *module, PyObject *unused)
{
    return PyLong_FromLong(atomic_load_explicit(&calls, memory_order_relaxed));
}

static PyMethodDef methods[] = {
    {"start", start, METH_O, "start(depth): start the thread"},
    {"stop", stop, METH_NOARGS, "stop(): end it"},
    {"count", count, METH_NOARGS, "count(): how often it had the GIL"},
    {NULL, NULL, 0, NULL}
};

static struct PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "foreign", .m_size = -1, .m_methods = methods
};

PyMODINIT_FUNC
PyInit_foreign(void)
{
    return PyModule_Create(&definition);
}
