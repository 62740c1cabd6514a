/* _thread.atomic: the flag of pycore_plus_atomic.h for Python.

   One object, without any state: what it changes belongs to the calling thread.  Its
   __enter__ and __exit__ are static methods, so that a with statement finds them as
   they are, without making a bound method.  contextlib and unittest look them up in the
   type and pass the object: that is allowed too. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pythonplus.h"
#include "pycore_import.h"        // _PyImport_GetModuleAttrString()
#include "pycore_pystate.h"       // _PyThreadState_GET()
#include "pycore_tstate.h"        // pycore_plus_atomic.h

#include "plus_module.h"

/* --- warning --- */

/* Which frame a warning is about: this one, or, in the wrapper of a decorated
   function, that of its caller. */
static Py_ssize_t
stack_level(void)
{
    PyFrameObject *frame = PyEval_GetFrame();
    if (frame == NULL) {
        return 1;
    }
    PyObject *globals = PyFrame_GetGlobals(frame);
    PyObject *name = PyDict_GetItemString(globals, "__name__");
    int wrapped = name != NULL && PyUnicode_Check(name)
               && PyUnicode_CompareWithASCIIString(name, "_threading_atomic") == 0;
    Py_DECREF(globals);
    return wrapped ? 2 : 1;
}

/* waited: how long a drop request was put off; ns.  Returns -1 with an exception set,
   or 0. */
static int
warn_if_long(int64_t waited)
{
    if (waited <= _PyAtomic_WarnLimit()) {
        return 0;
    }
    return PyErr_WarnFormat(PyExc_RuntimeWarning, stack_level(),
                            "an atomic block kept other threads waiting for %lld ms",
                            (long long)(waited / 1000000));
}

/* --- blocks --- */

static PyObject *atomic_call(PyObject *self, PyObject *args, PyObject *kwargs);

/* Is value the object? */
static inline int
is_atomic(PyObject *value)
{
    return Py_TYPE(value)->tp_call == atomic_call;
}

static PyObject *
atomic_enter(PyObject *Py_UNUSED(type), PyObject *const *args, Py_ssize_t nargs)
{
    if (nargs > 1 || (nargs == 1 && !is_atomic(args[0]))) {
        PyErr_SetString(PyExc_TypeError, "__enter__() takes no arguments but atomic itself");
        return NULL;
    }
    _PyAtomic_Enter(_PyThreadState_GET());
    Py_RETURN_NONE;
}

static PyObject *
atomic_exit(PyObject *Py_UNUSED(type), PyObject *const *args, Py_ssize_t nargs)
{
    int64_t waited;
    if (nargs > 0 && is_atomic(args[0])) {
        args++;
        nargs--;
    }
    if (_PyAtomic_Leave(_PyThreadState_GET(), &waited) < 0
        || warn_if_long(waited) < 0)
    {
        return NULL;
    }
    /* The eval loop looks at its requests after a call, but not while an exception
       leaves a block. */
    if (nargs > 0 && args[0] != Py_None) {
        (void)_PyThread_yield_GIL();
    }
    Py_RETURN_NONE;
}

/* --- flag --- */

static PyObject *
set_atomic(PyObject *Py_UNUSED(module), PyObject *value)
{
    int64_t waited;
    int on = PyObject_IsTrue(value);
    if (on < 0) {
        return NULL;
    }
    int before = _PyAtomic_Set(_PyThreadState_GET(), on, &waited);
    if (before < 0 || warn_if_long(waited) < 0) {
        return NULL;
    }
    return PyBool_FromLong(before);
}

static PyObject *
get_atomic(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(PyThread_GetAtomic());
}

/* --- the object --- */

/* As a decorator. */
static PyObject *
atomic_call(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    PyObject *decorate = _PyImport_GetModuleAttrString("_threading_atomic", "decorate");
    if (decorate == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_Call(decorate, args, kwargs);
    Py_DECREF(decorate);
    return result;
}

static PyObject *
atomic_repr(PyObject *Py_UNUSED(self))
{
    return PyUnicode_FromString("<threading.atomic>");
}

static PyObject *
atomic_reduce(PyObject *Py_UNUSED(self), PyObject *Py_UNUSED(ignored))
{
    return PyUnicode_FromString("atomic");
}

static int
atomic_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
atomic_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(atomic_enter_doc,
"__enter__(atomic=None, /)\n--\n\n\
Begin an atomic block of the calling thread.");

PyDoc_STRVAR(atomic_exit_doc,
"__exit__(*exc_info)\n--\n\n\
End the innermost atomic block of the calling thread.\n\
\n\
What was put off during the block is done then, if it was the outermost one.\n\
RuntimeError if the thread is in no block.");

static PyMethodDef atomic_methods[] = {
    {"__enter__", _PyCFunction_CAST(atomic_enter), METH_FASTCALL | METH_STATIC,
     atomic_enter_doc},
    {"__exit__", _PyCFunction_CAST(atomic_exit), METH_FASTCALL | METH_STATIC,
     atomic_exit_doc},
    {"__reduce__", atomic_reduce, METH_NOARGS, NULL},
    {NULL}
};

PyDoc_STRVAR(atomic_doc,
"What \"with threading.atomic:\" encloses happens at once, seen from other threads.\n\
\n\
The thread is not interrupted: other threads, signal handlers, pending calls,\n\
scheduled collections and asynchronous exceptions come when the block ends.  Where\n\
the block itself waits for something (I/O, a lock, a sleep), others run as ever.\n\
Blocks nest.  @threading.atomic makes each call of a function a block.\n\
\n\
An endless loop in a block cannot be interrupted, not by Ctrl-C either.");

static PyType_Slot atomic_slots[] = {
    {Py_tp_doc, (void *)atomic_doc},
    {Py_tp_call, atomic_call},
    {Py_tp_repr, atomic_repr},
    {Py_tp_traverse, atomic_traverse},
    {Py_tp_dealloc, atomic_dealloc},
    {Py_tp_methods, atomic_methods},
    {0, NULL}
};

static PyType_Spec atomic_spec = {
    /* Not of threading: names of that without a leading underscore have to be in its
       __all__, and then a star import would hide the atomic of others. */
    .name = "_threading_atomic._atomic",
    .basicsize = sizeof(PyObject),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE
           | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = atomic_slots,
};

/* --- the module --- */

PyDoc_STRVAR(set_atomic_doc,
"set_atomic($module, on, /)\n--\n\n\
Switch atomic execution of the calling thread on or off; return what it was.\n\
\n\
    before = set_atomic(True)\n\
    try:\n\
        ...\n\
    finally:\n\
        set_atomic(before)\n\
\n\
Within a \"with threading.atomic\" block it is the innermost block that is switched;\n\
what leaving the block leads back to is not changed.  RuntimeError in more than 63\n\
nested blocks.");

PyDoc_STRVAR(get_atomic_doc,
"get_atomic($module, /)\n--\n\n\
Return whether the calling thread is atomic.");

static PyMethodDef module_functions[] = {
    {"set_atomic", set_atomic, METH_O, set_atomic_doc},
    {"get_atomic", get_atomic, METH_NOARGS, get_atomic_doc},
    {NULL}
};

int
_PyPlus_AddAtomic(PyObject *module, PyObject *Py_UNUSED(name))
{
    PyObject *type = PyType_FromModuleAndSpec(module, &atomic_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    PyObject *atomic = ((PyTypeObject *)type)->tp_alloc((PyTypeObject *)type, 0);
    Py_DECREF(type);
    if (PyModule_Add(module, "atomic", atomic) < 0) {
        return -1;
    }
    return PyModule_AddFunctions(module, module_functions);
}
