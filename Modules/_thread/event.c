/* threading.Event in C: a flag, and a queue of threads that wait until it is set.

   Both belong to who has the GIL, so set() and clear() of an event that nobody
   waits for are a store.  set() moves the waiters to the ready queue: each wakes
   up once, with the GIL (pycore_plus_wait.h).  Native and plain: plus_native.h.

   wait() returns True if set() was called during the wait, also if clear() was
   called since, and if the time-out came at the same moment.  Signal handlers run
   during the wait, and may set the very event; its thread stays queued meanwhile. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_native.h"

struct event {
    struct plus_native head;
    int flag;
};

/* CPython's Event is made of a Condition. */
static inline struct event *
native(PyObject *object)
{
    struct plus_native *self = _PyPlus_Native(object, &_PyPlus_EventKind);
    return self != NULL && _PyPlus_ConditionsAreOurs(self->family) ? (struct event *)self
                                                                    : NULL;
}

static inline struct event *
native_only(PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    return PyVectorcall_NARGS(nargsf) == 1 && kwnames == NULL ? native(args[0]) : NULL;
}

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
    _PyWait_Enter(&self->head.waiters, node, /*announce=*/1);
    int status = _PyPlus_SleepOn(&self->head.waiters, node, deadline);
    int notified = _PyWait_Leave(node) == WAIT_NODE_NOTIFIED;
    PyObject *gift = node->gift;
    PyMem_Free(node);
    if (gift == NULL) {
        return status < 0 ? -1 : notified;
    }
    int set = _PyPlus_WaitForGiftIn(gift, deadline);
    return status < 0 ? -1 : set;
}

PyObject *
_PyPlus_EventSleep(PyObject *object, PyObject *timeout, PyObject *function)
{
    /* Other code may have run since event_wait() looked. */
    struct event *self = _PyPlus_IsUsualTimeout(timeout) ? native(object) : NULL;
    if (self == NULL) {
        PyObject *args[] = {object, timeout};
        return _PyPlus_RunPython(function, args, 2, NULL);
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

static PyObject *
event_wait(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    static const char * const names[] = {"timeout"};
    PyObject *timeout = Py_None;
    struct event *self;
    if (!_PyPlus_Arguments(args, nargsf, kwnames, names, 1, &timeout)
        || (self = native(args[0])) == NULL)
    {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    if (self->flag) {
        Py_RETURN_TRUE;
    }
    if (!_PyPlus_IsUsualTimeout(timeout)
        || !_PyPlus_IsAsMade(self->head.family, GLOBAL_ALLOCATE_LOCK))
    {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    if (timeout == _PyLong_GetZero()) {
        Py_RETURN_FALSE;
    }
    return _PyPlus_Sleep(&self->head, timeout, function);
}

int
_PyPlus_IsEventWait(PyObject *function)
{
    return PyFunction_Check(function)
        && ((PyFunctionObject *)function)->vectorcall == event_wait;
}

/* --- the flag --- */

static PyObject *
event_set(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct event *self = native_only(args, nargsf, kwnames);
    if (self == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    self->flag = 1;
    if (_PyWait_Word(&self->head.waiters) != 0) {
        (void)_PyWait_Notify(&self->head.waiters, NULL, PY_SSIZE_T_MAX);
    }
    Py_RETURN_NONE;
}

static PyObject *
event_clear(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct event *self = native_only(args, nargsf, kwnames);
    if (self == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    self->flag = 0;
    Py_RETURN_NONE;
}

static PyObject *
event_is_set(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct event *self = (struct event *)_PyPlus_Only(args, nargsf, kwnames,
                                                      &_PyPlus_EventKind);
    if (self != NULL) {
        return PyBool_FromLong(self->flag);
    }
    /* Programs poll, also those that have looked into it. */
    PyObject *flag = NULL;
    if (PyVectorcall_NARGS(nargsf) == 1 && kwnames == NULL) {
        flag = _PyPlus_PlainValue(args[0], &_PyPlus_EventKind, EVENT_FLAG);
    }
    return flag != NULL ? Py_NewRef(flag)
                        : _PyPlus_RunPython(function, args, nargsf, kwnames);
}

/* In the child of a fork the threads that waited are gone (_PyGIL_AfterFork()). */
static PyObject *
event_at_fork_reinit(PyObject *function, PyObject *const *args, size_t nargsf,
                     PyObject *kwnames)
{
    if (native_only(args, nargsf, kwnames) == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    Py_RETURN_NONE;
}

/* --- life --- */

static PyObject *
event_init(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct plus_family *family = NULL;
    if (PyVectorcall_NARGS(nargsf) == 1 && kwnames == NULL) {
        family = _PyPlus_FamilyFor(args[0], function, &_PyPlus_EventKind);
    }
    if (family == NULL || !_PyPlus_IsAsMade(family, GLOBAL_LOCK)
        || !_PyPlus_IsAsMade(family, GLOBAL_CONDITION)
        || !_PyPlus_ConditionsAreOurs(family))
    {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    struct event *self = (struct event *)args[0];
    self->flag = 0;
    self->head.family = (struct plus_family *)Py_NewRef(family);
    Py_RETURN_NONE;
}

static PyObject *
get_flag(struct plus_native *self)
{
    return PyBool_FromLong(((struct event *)self)->flag);
}

static int
fill(struct plus_native *self, PyObject *dict)
{
    PyObject *locks = _PyPlus_WaitersLocks(self);
    PyObject *cond = locks == NULL ? NULL : _PyPlus_NewPlainCondition(self->family, locks);
    PyObject *gifts = cond == NULL ? NULL : _PyPlus_Gifts(locks, cond);
    PyObject *flag = ((struct event *)self)->flag ? Py_True : Py_False;
    const struct plus_types *types = _PyPlus_Types(self->family->module);
    int failed = gifts == NULL
              || PyDict_SetItem(dict, _PyPlus_Name(types, &_PyPlus_EventKind, EVENT_COND),
                                cond) < 0
              || PyDict_SetItem(dict, _PyPlus_Name(types, &_PyPlus_EventKind, EVENT_FLAG),
                                flag) < 0;
    if (!failed) {
        _PyPlus_HandOver(self, gifts);
    }
    Py_XDECREF(gifts);
    Py_XDECREF(cond);
    Py_XDECREF(locks);
    return failed ? -1 : 0;
}

static int
event_traverse(struct event *self, visitproc visit, void *arg)
{
    return _PyPlus_VisitNative(&self->head, visit, arg);
}

static int
event_clear_references(struct event *self)
{
    _PyPlus_ClearNative(&self->head);
    return 0;
}

/* Nobody waits for it: who waits has a reference. */
static void
event_dealloc(struct event *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    _PyPlus_ClearNative(&self->head);
    type->tp_free(self);
    Py_DECREF(type);
}

static const struct plus_member members[] = {
    [EVENT_FLAG] = {"_flag"},
    [EVENT_COND] = {"_cond"},
    {NULL}
};

const struct plus_kind _PyPlus_EventKind = {
    .index = 1,
    .dealloc = (destructor)event_dealloc,
    .members = members,
    .fill = fill,
};

const struct plus_function _PyPlus_EventFunctions[] = {
    {"Event", "__init__", event_init},
    {"Event", "wait", event_wait},
    {"Event", "set", event_set},
    {"Event", "clear", event_clear},
    {"Event", "is_set", event_is_set},
    {"Event", "_at_fork_reinit", event_at_fork_reinit},
    {NULL}
};

static const struct plus_field fields[] = {
    {"_cond", &_PyPlus_EventKind, NULL},
    {"_flag", &_PyPlus_EventKind, get_flag},
    {NULL}
};

static PyType_Slot event_slots[] = {
    {Py_tp_dealloc, event_dealloc},
    {Py_tp_traverse, event_traverse},
    {Py_tp_clear, event_clear_references},
    {Py_tp_getset, _PyPlus_DictGetSet},
    {Py_tp_methods, _PyPlus_StateMethods},
    {0, NULL}
};

static PyType_Spec event_spec = {
    .name = "_thread._Event",
    .basicsize = sizeof(struct event),
    .flags = PLUS_NATIVE_FLAGS,
    .slots = event_slots,
};

int
_PyPlus_AddEvent(PyObject *module, PyObject *Py_UNUSED(name))
{
    return _PyPlus_AddBase(module, &event_spec, fields, NULL);
}
