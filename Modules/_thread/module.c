/* What PythonPlus adds to the module _thread.  Runs after the base's own
   Py_mod_exec slot, once for each interpreter that imports the module. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_plus_config.h"   // PLUS_HAS_LOCKS

#include "plus_module.h"

/* A star import takes what it takes in CPython: others may have an atomic, too. */
static int
add_all(PyObject *module)
{
    PyObject *names = PyDict_Keys(PyModule_GetDict(module));
    PyObject *all = names == NULL ? NULL : PyList_New(0);
    for (Py_ssize_t i = 0; all != NULL && i < PyList_GET_SIZE(names); i++) {
        PyObject *name = PyList_GET_ITEM(names, i);
        if (PyUnicode_READ_CHAR(name, 0) != '_' && PyList_Append(all, name) < 0) {
            Py_CLEAR(all);
        }
    }
    Py_XDECREF(names);
    return PyModule_Add(module, "__all__", all);
}

int
_PyPlus_ThreadModuleExec(PyObject *module)
{
    PyObject *name = PyModule_GetNameObject(module);
    if (name == NULL) {
        return -1;
    }
    int failed = add_all(module) < 0        /* before ours are there */
              || _PyPlus_AddGilInfo(module, name) < 0
              || _PyPlus_AddGilStats(module, name) < 0
              || _PyPlus_AddAtomic(module, name) < 0
              || (PLUS_HAS_LOCKS && _PyPlus_AddLock(module, name) < 0)
              || (PLUS_HAS_LOCKS && _PyPlus_AddRLock(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddAttributeTypes(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddCondition(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddEvent(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddSemaphore(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddFamily(module, name) < 0);
    Py_DECREF(name);
    return failed ? -1 : 0;
}

int
_PyPlus_TraverseTypes(struct plus_types *types, visitproc visit, void *arg)
{
    Py_VISIT(types->lock);
    Py_VISIT(types->rlock);
    Py_VISIT(types->family);
    Py_VISIT(types->field);
    Py_VISIT(types->lock_method);
    Py_VISIT(types->allocate_lock);
    return 0;
}

void
_PyPlus_ClearTypes(struct plus_types *types)
{
    Py_CLEAR(types->lock);
    Py_CLEAR(types->rlock);
    Py_CLEAR(types->family);
    Py_CLEAR(types->field);
    Py_CLEAR(types->lock_method);
    Py_CLEAR(types->allocate_lock);
    Py_CLEAR(types->native_name);
    for (int i = 0; i < PLUS_GLOBALS; i++) {
        Py_CLEAR(types->global_names[i]);
    }
    for (int i = 0; i < PLUS_KINDS; i++) {
        Py_CLEAR(types->member_names[i]);
    }
}
