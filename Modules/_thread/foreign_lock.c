/* Locks that are not ours, as conditions use them; see plus_foreign.h. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_foreign.h"

const char * const _PyPlus_ForeignNames[FOREIGN_COUNT] = {
    "acquire", "release", "_release_save", "_acquire_restore", "_is_owned",
};

void
_PyPlus_FreeForeign(PyObject **methods)
{
    for (int i = 0; methods != NULL && i < FOREIGN_COUNT; i++) {
        Py_XDECREF(methods[i]);
    }
    PyMem_Free(methods);
}

PyObject **
_PyPlus_ForeignMethods(PyObject *lock)
{
    PyObject **methods = PyMem_Calloc(FOREIGN_COUNT, sizeof(PyObject *));
    if (methods == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    for (int i = 0; i < FOREIGN_COUNT; i++) {
        PyObject *name = PyUnicode_FromString(_PyPlus_ForeignNames[i]);
        int failed = name == NULL
                  || PyObject_GetOptionalAttr(lock, name, &methods[i]) < 0;
        if (!failed && methods[i] == NULL && i < FOREIGN_RELEASE_SAVE) {
            PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'",
                         Py_TYPE(lock)->tp_name, name);
            failed = 1;
        }
        Py_XDECREF(name);
        if (failed) {
            _PyPlus_FreeForeign(methods);
            return NULL;
        }
    }
    return methods;
}

PyObject *
_PyPlus_ForeignMethod(PyObject *condition, PyObject **methods,
                      enum plus_foreign_method which)
{
    return methods[which] != NULL
         ? Py_NewRef(methods[which])
         : PyObject_GetAttrString(condition, _PyPlus_ForeignNames[which]);
}

PyObject *
_PyPlus_CallForeign(PyObject *condition, PyObject **methods,
                    enum plus_foreign_method which, PyObject *arg)
{
    PyObject *method = _PyPlus_ForeignMethod(condition, methods, which);
    if (method == NULL) {
        return NULL;
    }
    PyObject *result = arg != NULL ? PyObject_CallOneArg(method, arg)
                                   : PyObject_CallNoArgs(method);
    Py_DECREF(method);
    return result;
}

int
_PyPlus_ForeignIsTaken(PyObject **methods)
{
    /* acquire() may give the condition another lock. */
    PyObject *acquire = Py_NewRef(methods[FOREIGN_ACQUIRE]);
    PyObject *release = Py_NewRef(methods[FOREIGN_RELEASE]);
    PyObject *taken = PyObject_CallOneArg(acquire, Py_False);
    int got = taken == NULL ? -1 : PyObject_IsTrue(taken);
    Py_XDECREF(taken);
    if (got > 0) {
        PyObject *result = PyObject_CallNoArgs(release);
        got = result == NULL ? -1 : 1;
        Py_XDECREF(result);
    }
    Py_DECREF(acquire);
    Py_DECREF(release);
    return got < 0 ? -1 : !got;
}
