/* _thread.gil_info(): which scheduler this is. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_interp.h"        // PyInterpreterState.ceval
#include "pycore_plus_chaos.h"    // _PyGIL_ChaosInfo()
#include "pycore_plus_config.h"   // PLUS_VERSION
#include "pycore_pystate.h"       // _PyInterpreterState_GET()

#include "plus_module.h"

static PyStructSequence_Field gil_info_fields[] = {
    {"policy", "scheduling policy: 'io' or 'stock'"},
    {"parker", "what a waiting thread sleeps on: 'sem', 'futex' or 'cond'"},
    {"version", "version of PythonPlus"},
    {"chaos", "None, or in a chaos build its seed and how often it passed each label"},
    {"locks", "lock and RLock: 'native' or 'base'"},
    {"condition", "threading.Condition: 'native' or 'python'"},
    {NULL}
};

static PyStructSequence_Desc gil_info_desc = {
    .name = "_thread.gil_info",
    .doc = "What schedules the threads of this interpreter.",
    .fields = gil_info_fields,
    .n_in_sequence = 3,
};

/* self is the result's type: it belongs to this module object, and a built-in
   function keeps what it is bound to alive. */
static PyObject *
gil_info(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *info = PyStructSequence_New((PyTypeObject *)self);
    if (info == NULL) {
        return NULL;
    }
    const struct _gil_runtime_state *gil = _PyInterpreterState_GET()->ceval.gil;
    /* In the order of the fields; NULL stands for chaos. */
    const char *values[] = {
        _PyGIL_PolicyName(gil->sched.policy), PLUS_PARKER, PLUS_VERSION, NULL,
        PLUS_LOCKS, PLUS_CONDITION,
    };
    for (Py_ssize_t i = 0; i < (Py_ssize_t)Py_ARRAY_LENGTH(values); i++) {
        PyObject *value = values[i] == NULL ? _PyGIL_ChaosInfo()
                                            : PyUnicode_FromString(values[i]);
        if (value == NULL) {
            Py_DECREF(info);
            return NULL;
        }
        PyStructSequence_SET_ITEM(info, i, value);
    }
    return info;
}

PyDoc_STRVAR(gil_info_doc,
"gil_info($module, /)\n--\n\n\
Return what schedules the threads of the calling interpreter.\n\
\n\
A named tuple: policy ('io' or 'stock', see -X plus_gil), parker (what a\n\
waiting thread sleeps on: 'sem', 'futex' or 'cond') and version (of\n\
PythonPlus).  As attributes only: locks ('native' or 'base'), condition\n\
('native' or 'python') and chaos (None but in a chaos build).  CPython without\n\
PythonPlus does not have this function.");

static PyMethodDef gil_info_method = {
    "gil_info", gil_info, METH_NOARGS, gil_info_doc,
};

int
_PyPlus_AddGilInfo(PyObject *module, PyObject *name)
{
    PyTypeObject *type = PyStructSequence_NewType(&gil_info_desc);
    if (type == NULL) {
        return -1;
    }
    PyObject *function = PyCFunction_NewEx(&gil_info_method, (PyObject *)type, name);
    Py_DECREF(type);
    return PyModule_Add(module, "gil_info", function);
}
