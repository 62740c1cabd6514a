/* What PythonPlus adds to the module _thread.  Runs after the base's own
   Py_mod_exec slot, once for each interpreter that imports the module. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_plus_parts.h"    // PLUS_HAS_LOCKS

#include "plus_module.h"

int
_PyPlus_ThreadModuleExec(PyObject *module)
{
    PyObject *name = PyModule_GetNameObject(module);
    if (name == NULL) {
        return -1;
    }
    int failed = _PyPlus_AddGilInfo(module, name) < 0
              || _PyPlus_AddGilStats(module, name) < 0
              || (PLUS_HAS_LOCKS && _PyPlus_AddLock(module, name) < 0)
              || (PLUS_HAS_LOCKS && _PyPlus_AddRLock(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddCondition(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddEvent(module, name) < 0)
              || (PLUS_HAS_CONDITION && _PyPlus_AddSemaphores(module, name) < 0);
    Py_DECREF(name);
    return failed ? -1 : 0;
}
