/* threading.Event: a flag, and a queue of threads that wait until it is set.

   Both belong to who has the GIL, so set() and clear() of an event that nobody
   waits for are a store.  set() moves the waiters to the ready queue: each wakes
   up once, with the GIL (pycore_plus_wait.h).

   wait() returns True if set() was called during the wait, also if clear() was
   called since, and if the time-out came at the same moment.  Signal handlers run
   during the wait, and may set the very event; its thread stays queued meanwhile. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_modsupport.h"    // _PyArg_ParseStackAndKeywords()

#include "plus_lock.h"
#include "plus_module.h"
#include "plus_sync.h"

struct event {
    PyObject_HEAD
    struct _PyWait_queue waiters;
    PyObject *cond;             /* see _PyPlus_GetCond(); NULL if nobody asked */
    int flag;
};

/* --- waiting --- */

/* Returns whether set() was called before the deadline, or -1 if a signal handler
   has raised an exception. */
static int
sleep_until_set(struct event *self, int64_t deadline)
{
    struct _PyWait_node *node = _PyPlus_NewNode();
    if (node == NULL) {
        return -1;
    }
    _PyWait_Enter(&self->waiters, node, /*announce=*/1);
    int status = _PyPlus_SleepOn(&self->waiters, node, deadline);
    int notified = _PyWait_Leave(node) == WAIT_NODE_NOTIFIED;
    PyMem_Free(node);
    return status < 0 ? -1 : notified;
}

static PyObject *
event_wait(struct event *self, PyObject *const *args, Py_ssize_t nargs,
           PyObject *kwnames)
{
    static const char * const names[] = {"timeout", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "|O:wait"};
    PyObject *timeout = Py_None;
    if ((nargs != 0 || kwnames != NULL)
        && !_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &timeout))
    {
        return NULL;
    }
    if (self->flag) {
        Py_RETURN_TRUE;
    }
    struct plus_limit limit;
    if (_PyPlus_ParseLimit(timeout, &limit) < 0) {
        return NULL;
    }
    int set = limit.poll ? 0 : sleep_until_set(self, limit.deadline);
    return set < 0 ? NULL : PyBool_FromLong(set);
}

/* --- the flag --- */

static void
set_flag(struct event *self)
{
    self->flag = 1;
    if (_PyWait_Word(&self->waiters) != 0) {
        (void)_PyWait_Notify(&self->waiters, NULL, PY_SSIZE_T_MAX);
    }
}

static PyObject *
event_set(struct event *self, PyObject *Py_UNUSED(ignored))
{
    set_flag(self);
    if (self->cond != NULL) {
        return _PyPlus_NotifyCond(self->cond, "notify_all", 0);
    }
    Py_RETURN_NONE;
}

static PyObject *
event_clear(struct event *self, PyObject *Py_UNUSED(ignored))
{
    self->flag = 0;
    Py_RETURN_NONE;
}

static PyObject *
event_is_set(struct event *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(self->flag);
}

static PyObject *
event_isSet(struct event *self, PyObject *Py_UNUSED(ignored))
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning,
                     "isSet() is deprecated, use is_set() instead", 1) < 0)
    {
        return NULL;
    }
    return PyObject_CallMethod((PyObject *)self, "is_set", NULL);
}

/* In the child of a fork the threads that waited are gone (_PyGIL_AfterFork()). */
static PyObject *
event_at_fork_reinit(struct event *self, PyObject *Py_UNUSED(ignored))
{
    if (self->cond != NULL) {
        return PyObject_CallMethod(self->cond, "_at_fork_reinit", NULL);
    }
    Py_RETURN_NONE;
}

static PyObject *
event_repr(struct event *self)
{
    return _PyPlus_Describe((PyObject *)self,
                            PyUnicode_FromString(self->flag ? "set" : "unset"));
}

/* --- attributes --- */

static PyObject *
event_get_flag(struct event *self, void *Py_UNUSED(closure))
{
    return PyBool_FromLong(self->flag);
}

/* Classes derived from Event may do this, and then notify _cond. */
static int
event_set_flag(struct event *self, PyObject *value, void *Py_UNUSED(closure))
{
    int flag = value == NULL ? 0 : PyObject_IsTrue(value);
    if (flag < 0) {
        return -1;
    }
    if (flag) {
        set_flag(self);
    }
    self->flag = flag;
    return 0;
}

static PyObject *
event_get_cond(struct event *self, void *Py_UNUSED(closure))
{
    return _PyPlus_GetCond((PyObject *)self, &self->cond);
}

static int
event_set_cond(struct event *self, PyObject *value, void *Py_UNUSED(closure))
{
    return _PyPlus_SetCond(value, &self->cond);
}

static PyGetSetDef event_getset[] = {
    {"_flag", (getter)event_get_flag, (setter)event_set_flag, NULL},
    {"_cond", (getter)event_get_cond, (setter)event_set_cond, NULL},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL},
    {NULL}
};

/* --- life --- */

static int
event_init(struct event *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {NULL};
    if ((PyTuple_GET_SIZE(args) != 0 || kwargs != NULL)
        && !PyArg_ParseTupleAndKeywords(args, kwargs, ":Event", names))
    {
        return -1;
    }
    self->flag = 0;
    return 0;
}

static int
event_traverse(struct event *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->cond);
    return PyObject_VisitManagedDict((PyObject *)self, visit, arg);
}

static int
event_clear_references(struct event *self)
{
    Py_CLEAR(self->cond);
    PyObject_ClearManagedDict((PyObject *)self);
    return 0;
}

/* Nobody waits for it: who waits has a reference. */
static void
event_dealloc(struct event *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    (void)event_clear_references(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(event_wait_doc,
"wait($self, /, timeout=None)\n--\n\n\
Return True if the flag is set, or as soon as a thread sets it.\n\
\n\
Return False if timeout seconds have passed first.  Signal handlers run during\n\
the wait, and end it if they raise an exception.");

PyDoc_STRVAR(event_set_doc,
"set($self, /)\n--\n\n\
Set the flag, and let all threads go on that wait for it.");

PyDoc_STRVAR(event_clear_doc,
"clear($self, /)\n--\n\n\
Clear the flag: threads that call wait() from now on have to wait.");

PyDoc_STRVAR(event_is_set_doc,
"is_set($self, /)\n--\n\n\
Return whether the flag is set.");

PyDoc_STRVAR(event_isSet_doc,
"isSet($self, /)\n--\n\n\
The deprecated name of is_set().");

static PyMethodDef event_methods[] = {
    {"wait", _PyCFunction_CAST(event_wait), METH_FASTCALL | METH_KEYWORDS,
     event_wait_doc},
    {"set", _PyCFunction_CAST(event_set), METH_NOARGS, event_set_doc},
    {"clear", _PyCFunction_CAST(event_clear), METH_NOARGS, event_clear_doc},
    {"is_set", _PyCFunction_CAST(event_is_set), METH_NOARGS, event_is_set_doc},
    {"isSet", _PyCFunction_CAST(event_isSet), METH_NOARGS, event_isSet_doc},
    {"_at_fork_reinit", _PyCFunction_CAST(event_at_fork_reinit), METH_NOARGS,
     PyDoc_STR("_at_fork_reinit($self, /)\n--\n\n")},
    {NULL}
};

PyDoc_STRVAR(event_doc,
"Event()\n--\n\n\
A flag that threads can wait for.  It is clear at first.\n\
\n\
set() sets it, clear() clears it, is_set() tells, wait() waits until it is set.");

static PyType_Slot event_slots[] = {
    {Py_tp_doc, (void *)event_doc},
    {Py_tp_new, _PyPlus_NewWaitable},
    {Py_tp_init, event_init},
    {Py_tp_dealloc, event_dealloc},
    {Py_tp_traverse, event_traverse},
    {Py_tp_clear, event_clear_references},
    {Py_tp_repr, event_repr},
    {Py_tp_methods, event_methods},
    {Py_tp_getset, event_getset},
    {0, NULL}
};

static PyType_Spec event_spec = {
    .name = "threading.Event",
    .basicsize = sizeof(struct event),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC
           | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF,
    .slots = event_slots,
};

int
_PyPlus_AddEvent(PyObject *module, PyObject *Py_UNUSED(name))
{
    PyObject *type = PyType_FromModuleAndSpec(module, &event_spec, NULL);
    int result = type == NULL ? -1 : PyModule_AddObjectRef(module, "Event", type);
    Py_XDECREF(type);
    return result;
}
