/* What Event and the semaphores share; see plus_sync.h. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_module.h"
#include "plus_sync.h"

PyObject *
_PyPlus_Describe(PyObject *self, PyObject *rest)
{
    PyObject *type = (PyObject *)Py_TYPE(self);
    PyObject *module = NULL, *name = NULL, *result = NULL;
    if (rest != NULL) {
        module = PyObject_GetAttrString(type, "__module__");
    }
    if (module != NULL) {
        name = PyObject_GetAttrString(type, "__qualname__");
    }
    if (name != NULL) {
        result = PyUnicode_FromFormat("<%S.%S at %p: %U>", module, name, self, rest);
    }
    Py_XDECREF(rest);
    Py_XDECREF(module);
    Py_XDECREF(name);
    return result;
}

static PyObject *
new_cond(PyObject *self)
{
    PyObject *module = _PyPlus_ThreadModule(Py_TYPE(self));
    PyObject *lock = NULL, *cond = NULL;
    if (module != NULL) {
        lock = PyObject_CallMethod(module, "allocate_lock", NULL);
    }
    if (lock != NULL) {
        cond = PyObject_CallMethod(module, "Condition", "O", lock);
        Py_DECREF(lock);
    }
    return cond;
}

PyObject *
_PyPlus_GetCond(PyObject *self, PyObject **cond)
{
    if (*cond == NULL) {
        PyObject *made = new_cond(self);
        if (made == NULL) {
            return NULL;
        }
        if (*cond == NULL) {
            *cond = Py_NewRef(made);    /* else another thread was faster */
        }
        Py_DECREF(made);
    }
    return Py_NewRef(*cond);
}

int
_PyPlus_SetCond(PyObject *value, PyObject **cond)
{
    Py_XSETREF(*cond, Py_XNewRef(value));
    return 0;
}

PyObject *
_PyPlus_NotifyCond(PyObject *cond, const char *method, Py_ssize_t n)
{
    Py_INCREF(cond);
    PyObject *result = PyObject_CallMethod(cond, "acquire", NULL);
    if (result != NULL) {
        Py_DECREF(result);
        result = n != 0 ? PyObject_CallMethod(cond, method, "n", n)
                        : PyObject_CallMethod(cond, method, NULL);
        PyObject *exc = PyErr_GetRaisedException();
        PyObject *released = PyObject_CallMethod(cond, "release", NULL);
        if (exc != NULL) {
            PyErr_SetRaisedException(exc);
        }
        if (released == NULL) {
            Py_CLEAR(result);
        }
        Py_XDECREF(released);
    }
    Py_DECREF(cond);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    Py_RETURN_NONE;
}
