/* threading.Event: a flag, and a queue of threads that wait until it is set. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_modsupport.h"    // _PyArg_ParseStackAndKeywords()

#include "plus_lock.h"
#include "plus_module.h"

struct event {
    PyObject_HEAD
    struct _PyWait_queue waiters;
    PyObject *cond;         /* made when somebody asks for `_cond`, or NULL */
    char flag;
};

/* --- the condition that CPython's events consist of --- */

/* Programs that look at `_cond` find a condition over a Lock that set() notifies. */
static PyObject *
event_get_cond(struct event *self, void *Py_UNUSED(closure))
{
    PyObject *module = _PyPlus_ThreadModule(Py_TYPE(self));
    if (module == NULL) {
        return NULL;
    }
    if (self->cond == NULL) {
        PyObject *lock = PyObject_CallMethod(module, "allocate_lock", NULL);
        PyObject *cond = lock == NULL ? NULL
                       : PyObject_CallMethod(module, "Condition", "O", lock);
        Py_XDECREF(lock);
        if (cond == NULL) {
            return NULL;
        }
        if (self->cond == NULL) {
            self->cond = Py_NewRef(cond);
        }
        Py_DECREF(cond);
    }
    return Py_NewRef(self->cond);
}

static int
call_cond(struct event *self, const char *method)
{
    PyObject *result = PyObject_CallMethod(self->cond, method, NULL);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

static int
notify_cond(struct event *self)
{
    if (call_cond(self, "acquire") < 0) {
        return -1;
    }
    int status = call_cond(self, "notify_all");
    return call_cond(self, "release") < 0 ? -1 : status;
}

/* --- methods --- */

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

static PyObject *
event_set(struct event *self, PyObject *Py_UNUSED(ignored))
{
    self->flag = 1;
    (void)_PyWait_Notify(&self->waiters, NULL, PY_SSIZE_T_MAX);
    if (self->cond != NULL && notify_cond(self) < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
event_clear(struct event *self, PyObject *Py_UNUSED(ignored))
{
    self->flag = 0;
    Py_RETURN_NONE;
}

/* Who waited when the flag was set is told so, also if it was cleared since. */
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
    struct plus_limit limit;
    if (self->flag) {
        Py_RETURN_TRUE;
    }
    if (_PyPlus_ParseLimit(timeout, &limit) < 0) {
        return NULL;
    }
    if (limit.poll) {
        Py_RETURN_FALSE;
    }
    struct _PyWait_node node = {.since = 0};
    _PyWait_Enter(&self->waiters, &node, /*at_head=*/0, /*announce=*/1);
    int status = _PyPlus_SleepOn(&self->waiters, &node, limit.deadline);
    enum _PyWait_state state = _PyWait_Leave(&node);
    return status < 0 ? NULL : PyBool_FromLong(state == WAIT_NODE_NOTIFIED);
}

/* Waiters that are gone have left the queue (_PyGIL_AfterFork()). */
static PyObject *
event_at_fork_reinit(struct event *self, PyObject *Py_UNUSED(ignored))
{
    if (self->cond != NULL && call_cond(self, "_at_fork_reinit") < 0) {
        return NULL;
    }
    Py_RETURN_NONE;
}

static PyObject *
event_repr(struct event *self)
{
    PyObject *type = PyType_GetFullyQualifiedName(Py_TYPE(self));
    if (type == NULL) {
        return NULL;
    }
    PyObject *repr = PyUnicode_FromFormat("<%U at %p: %s>", type, self,
                                          self->flag ? "set" : "unset");
    Py_DECREF(type);
    return repr;
}

/* A derived class may take arguments of its own. */
static int
event_init(PyObject *Py_UNUSED(self), PyObject *args, PyObject *kwargs)
{
    if (PyTuple_GET_SIZE(args) != 0 || (kwargs != NULL && PyDict_GET_SIZE(kwargs) != 0)) {
        PyErr_SetString(PyExc_TypeError, "Event() takes no arguments");
        return -1;
    }
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
event_tp_clear(struct event *self)
{
    Py_CLEAR(self->cond);
    PyObject_ClearManagedDict((PyObject *)self);
    return 0;
}

static void
event_dealloc(struct event *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    (void)event_tp_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(event_wait_doc,
"wait($self, /, timeout=None)\n--\n\n\
Wait until the flag is set; return True, or False after timeout seconds.");

static PyMethodDef event_methods[] = {
    {"is_set", _PyCFunction_CAST(event_is_set), METH_NOARGS,
     PyDoc_STR("is_set($self, /)\n--\n\nReturn whether the flag is set.")},
    {"isSet", _PyCFunction_CAST(event_isSet), METH_NOARGS,
     PyDoc_STR("isSet($self, /)\n--\n\nThe deprecated name of is_set().")},
    {"set", _PyCFunction_CAST(event_set), METH_NOARGS,
     PyDoc_STR("set($self, /)\n--\n\nSet the flag; all who wait for it go on.")},
    {"clear", _PyCFunction_CAST(event_clear), METH_NOARGS,
     PyDoc_STR("clear($self, /)\n--\n\nClear the flag.")},
    {"wait", _PyCFunction_CAST(event_wait), METH_FASTCALL | METH_KEYWORDS,
     event_wait_doc},
    {"_at_fork_reinit", _PyCFunction_CAST(event_at_fork_reinit), METH_NOARGS, NULL},
    {NULL}
};

static PyMemberDef event_members[] = {
    {"_flag", Py_T_BOOL, offsetof(struct event, flag), Py_READONLY},
    {NULL}
};

static PyGetSetDef event_getset[] = {
    {"_cond", (getter)event_get_cond, NULL,
     "A condition over a Lock, which set() notifies."},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL},
    {NULL}
};

PyDoc_STRVAR(event_doc,
"Event()\n--\n\n\
A flag that threads can wait for: set(), clear(), is_set(), wait().\n\
It is not set at first.");

static PyType_Slot event_slots[] = {
    {Py_tp_doc, (void *)event_doc},
    {Py_tp_new, PyType_GenericNew},
    {Py_tp_init, event_init},
    {Py_tp_dealloc, event_dealloc},
    {Py_tp_traverse, event_traverse},
    {Py_tp_clear, event_tp_clear},
    {Py_tp_repr, event_repr},
    {Py_tp_methods, event_methods},
    {Py_tp_members, event_members},
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
    return PyModule_Add(module, "Event",
                        PyType_FromModuleAndSpec(module, &event_spec, NULL));
}
