/* What if a library has replaced the locks of threading?

   gevent and eventlet run many tasks in one thread.  They put a lock that switches
   tasks in the place of threading._allocate_lock, and rely on it that CPython's
   Condition, Event and semaphores wait by that lock alone.  Ours would stop the
   thread, and all of its tasks.  So while _allocate_lock is not what it was when
   threading was imported, calling one of these types makes an object of a class
   derived from it that does everything as CPython's class does: Lib/threading.py.ed
   makes these classes. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_module.h"

static int
is_replaced(const struct plus_types *types)
{
    return types->threading != NULL
        && PyDict_GetItemWithError(types->threading, types->lock_name)
           != types->allocate_lock;
}

PyObject *
_PyPlus_NewWaitable(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    PyObject *module = _PyPlus_ThreadModule(type);
    if (module == NULL) {
        return NULL;
    }
    struct plus_types *types = _PyPlus_Types(module);
    if (is_replaced(types)) {
        PyObject *other = PyDict_GetItemWithError(types->plain, (PyObject *)type);
        if (other != NULL && PyType_Check(other)
            && PyType_IsSubtype((PyTypeObject *)other, type))
        {
            type = (PyTypeObject *)other;
        }
    }
    return PyErr_Occurred() ? NULL : type->tp_alloc(type, 0);
}

static PyObject *
set_plain_classes(PyObject *module, PyObject *args)
{
    struct plus_types *types = _PyPlus_Types(module);
    PyObject *globals, *name, *plain;
    if (!PyArg_ParseTuple(args, "O!UO!:_set_plain_classes", &PyDict_Type, &globals,
                          &name, &PyDict_Type, &plain))
    {
        return NULL;
    }
    PyObject *lock = PyDict_GetItemWithError(globals, name);
    if (lock == NULL) {
        if (!PyErr_Occurred()) {
            PyErr_SetObject(PyExc_KeyError, name);
        }
        return NULL;
    }
    Py_XSETREF(types->threading, Py_NewRef(globals));
    Py_XSETREF(types->lock_name, Py_NewRef(name));
    Py_XSETREF(types->allocate_lock, Py_NewRef(lock));
    Py_XSETREF(types->plain, Py_NewRef(plain));
    Py_RETURN_NONE;
}

PyDoc_STRVAR(set_plain_classes_doc,
"_set_plain_classes($module, globals, name, classes, /)\n--\n\n\
Use classes while globals[name] is not what it is now.\n\
\n\
classes: {type: class derived from it}.  For threading only.");

static PyMethodDef functions[] = {
    {"_set_plain_classes", set_plain_classes, METH_VARARGS, set_plain_classes_doc},
    {NULL}
};

int
_PyPlus_AddReplaced(PyObject *module, PyObject *Py_UNUSED(name))
{
    return PyModule_AddFunctions(module, functions);
}
