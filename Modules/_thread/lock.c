/* _thread.lock: a lock that is a wait queue of the GIL's scheduler.

   The GIL guards the state, so taking a free lock and releasing one that nobody
   waits for are a test and a store; see pycore_plus_wait.h for the rest. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_modsupport.h"    // _PyArg_NoKeywords()
#include "pycore_time.h"          // _PyTime_FromSecondsObject()

#include "plus_lock.h"
#include "plus_module.h"

/* --- arguments of acquire() --- */

static int
seconds_to_ns(PyObject *seconds, PyTime_t *ns)
{
    return _PyTime_FromSecondsObject(ns, seconds, _PyTime_ROUND_TIMEOUT);
}

/* CPython counts microseconds against its limit, threading.TIMEOUT_MAX. */
static int
check_limit(PyTime_t ns)
{
    if (_PyTime_AsMicroseconds(ns, _PyTime_ROUND_TIMEOUT) > PY_TIMEOUT_MAX) {
        PyErr_SetString(PyExc_OverflowError, "timeout value is too large");
        return -1;
    }
    return 0;
}

int
_PyPlus_ParseTimeout(PyObject *seconds, int64_t *timeout)
{
    PyTime_t ns;
    if (seconds_to_ns(seconds, &ns) < 0) {
        return -1;
    }
    *timeout = ns;
    if (ns < 0) {
        PyErr_SetString(PyExc_ValueError,
                        "timeout value must be a non-negative number");
        return -1;
    }
    return check_limit(ns);
}

/* -1 s stands for "no limit". */
static int
combine(int blocking, PyObject *seconds, int64_t *timeout)
{
    const PyTime_t no_limit = -1000000000;
    PyTime_t ns = no_limit;
    if (seconds != NULL && seconds_to_ns(seconds, &ns) < 0) {
        return -1;
    }
    if (ns == no_limit) {
        *timeout = blocking ? -1 : 0;
        return 0;
    }
    if (!blocking) {
        PyErr_SetString(PyExc_ValueError,
                        "can't specify a timeout for a non-blocking call");
        return -1;
    }
    return _PyPlus_ParseTimeout(seconds, timeout);
}

int
_PyPlus_ParseAcquire(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
                     int64_t *timeout)
{
    static const char * const names[] = {"blocking", "timeout", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "|pO:acquire"};
    int blocking = 1;
    PyObject *seconds = NULL;
    if (nargs == 0 && kwnames == NULL) {
        *timeout = -1;
        return 0;
    }
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &blocking,
                                      &seconds))
    {
        return -1;
    }
    return combine(blocking, seconds, timeout);
}

/* --- methods --- */

static PyObject *
lock_acquire(struct plus_lock *self, PyObject *const *args, Py_ssize_t nargs,
             PyObject *kwnames)
{
    int64_t timeout;
    if (_PyPlus_ParseAcquire(args, nargs, kwnames, &timeout) < 0) {
        return NULL;
    }
    PyLockStatus status = _PyPlus_LockAcquire(self, timeout);
    return status == PY_LOCK_INTR ? NULL : PyBool_FromLong(status == PY_LOCK_ACQUIRED);
}

PyLockStatus
_PyPlus_LockAcquire(struct plus_lock *self, int64_t timeout)
{
    if (_PyWait_TryLock(&self->lock)) {
        return PY_LOCK_ACQUIRED;
    }
    if (timeout == 0) {
        return PY_LOCK_FAILURE;
    }
    Py_INCREF(self);
    PyLockStatus status = _PyWait_LockSlow(&self->lock, timeout, /*interruptible=*/1);
    Py_DECREF(self);
    return status;
}

PyObject *
_PyPlus_LockRelease(struct plus_lock *self)
{
    if (!_PyWait_IsLocked(&self->lock)) {
        PyErr_SetString(PyExc_RuntimeError, "release unlocked lock");
        return NULL;
    }
    _PyWait_Unlock(&self->lock);
    Py_RETURN_NONE;
}

static PyObject *
lock_release(struct plus_lock *self, PyObject *Py_UNUSED(ignored))
{
    return _PyPlus_LockRelease(self);
}

static PyObject *
lock_exit(struct plus_lock *self, PyObject *const *Py_UNUSED(args),
          Py_ssize_t Py_UNUSED(nargs))
{
    return _PyPlus_LockRelease(self);
}

static PyObject *
lock_locked(struct plus_lock *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(_PyWait_IsLocked(&self->lock));
}

/* In the child of a fork no other thread waits (_PyGIL_AfterFork()).  Elsewhere
   those who do must not be forgotten. */
static PyObject *
lock_at_fork_reinit(struct plus_lock *self, PyObject *Py_UNUSED(ignored))
{
    if (_PyWait_IsLocked(&self->lock)) {
        _PyWait_Unlock(&self->lock);
    }
    Py_RETURN_NONE;
}

static PyObject *
lock_repr(struct plus_lock *self)
{
    return PyUnicode_FromFormat("<%s %s object at %p>",
                                _PyWait_IsLocked(&self->lock) ? "locked" : "unlocked",
                                Py_TYPE(self)->tp_name, self);
}

/* --- life --- */

static PyObject *
lock_new(PyTypeObject *type, PyObject *args, PyObject *kwargs)
{
    if (!_PyArg_NoKeywords("lock", kwargs)
        || !_PyArg_CheckPositional("lock", PyTuple_GET_SIZE(args), 0, 0))
    {
        return NULL;
    }
    return type->tp_alloc(type, 0);
}

static int
lock_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

/* Nobody waits for it: who waits has a reference. */
static void
lock_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(lock_acquire_doc,
"acquire($self, /, blocking=True, timeout=-1)\n--\n\n\
Take the lock and return True; wait until it is free.\n\
\n\
With blocking false, return False at once if it is not free.  With a timeout,\n\
return False if it does not become free within so many seconds.  Signal\n\
handlers run during the wait, and end it if they raise an exception.  A thread\n\
that waits for a lock that it has taken itself waits until another thread\n\
releases it.");

PyDoc_STRVAR(lock_release_doc,
"release($self, /)\n--\n\n\
Make the lock free, and let one thread that waits for it go on.\n\
\n\
Any thread may do so; RuntimeError if the lock is free.");

PyDoc_STRVAR(lock_locked_doc,
"locked($self, /)\n--\n\n\
Return whether the lock is taken.");

PyDoc_STRVAR(lock_enter_doc,
"__enter__($self, /)\n--\n\n\
Take the lock.");

PyDoc_STRVAR(lock_exit_doc,
"__exit__($self, /, *exc_info)\n--\n\n\
Release the lock.");

PyDoc_STRVAR(acquire_lock_doc,
"acquire_lock($self, /, blocking=True, timeout=-1)\n--\n\n\
The old name of acquire().");

PyDoc_STRVAR(release_lock_doc,
"release_lock($self, /)\n--\n\n\
The old name of release().");

PyDoc_STRVAR(locked_lock_doc,
"locked_lock($self, /)\n--\n\n\
The old name of locked().");

static PyMethodDef lock_methods[] = {
    {"acquire_lock", _PyCFunction_CAST(lock_acquire), METH_FASTCALL | METH_KEYWORDS,
     acquire_lock_doc},
    {"acquire", _PyCFunction_CAST(lock_acquire), METH_FASTCALL | METH_KEYWORDS,
     lock_acquire_doc},
    {"release_lock", _PyCFunction_CAST(lock_release), METH_NOARGS, release_lock_doc},
    {"release", _PyCFunction_CAST(lock_release), METH_NOARGS, lock_release_doc},
    {"locked_lock", _PyCFunction_CAST(lock_locked), METH_NOARGS, locked_lock_doc},
    {"locked", _PyCFunction_CAST(lock_locked), METH_NOARGS, lock_locked_doc},
    {"__enter__", _PyCFunction_CAST(lock_acquire), METH_FASTCALL | METH_KEYWORDS,
     lock_enter_doc},
    {"__exit__", _PyCFunction_CAST(lock_exit), METH_FASTCALL, lock_exit_doc},
    {"_at_fork_reinit", _PyCFunction_CAST(lock_at_fork_reinit), METH_NOARGS, NULL},
    {NULL}
};

PyDoc_STRVAR(lock_doc,
"lock()\n--\n\n\
A lock: at most one thread at a time has taken it.\n\
\n\
acquire() takes it and waits if need be, release() makes it free, locked() tells\n\
whether it is taken.  It does not belong to the thread that took it: another one\n\
may release it, and a thread that takes it twice waits for itself.  Threads that\n\
wait get it in the order in which they came, but one that finds it free may take\n\
it before them, unless they have waited for 1 ms.");

static PyType_Slot lock_slots[] = {
    {Py_tp_doc, (void *)lock_doc},
    {Py_tp_new, lock_new},
    {Py_tp_dealloc, lock_dealloc},
    {Py_tp_traverse, lock_traverse},
    {Py_tp_repr, lock_repr},
    {Py_tp_methods, lock_methods},
    {0, NULL}
};

static PyType_Spec lock_spec = {
    .name = "_thread.lock",
    .basicsize = sizeof(struct plus_lock),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE
           | Py_TPFLAGS_MANAGED_WEAKREF,
    .slots = lock_slots,
};

int
_PyPlus_IsLock(PyObject *object)
{
    return Py_TYPE(object)->tp_dealloc == lock_dealloc;     /* nothing is derived from it */
}

/* --- the module --- */

static PyObject *
allocate_lock(PyObject *module, PyObject *Py_UNUSED(ignored))
{
    PyTypeObject *type = _PyPlus_Types(module)->lock;
    return type->tp_alloc(type, 0);
}

PyDoc_STRVAR(allocate_lock_doc,
"allocate_lock($module, /)\n--\n\n\
Return a new lock; see help(type(threading.Lock())).");

PyDoc_STRVAR(allocate_doc,
"allocate($module, /)\n--\n\n\
The old name of allocate_lock().");

static PyMethodDef module_functions[] = {
    {"allocate_lock", allocate_lock, METH_NOARGS, allocate_lock_doc},
    {"allocate", allocate_lock, METH_NOARGS, allocate_doc},
    {NULL}
};

int
_PyPlus_AddLock(PyObject *module, PyObject *Py_UNUSED(name))
{
    PyTypeObject *type;
    type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &lock_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    _PyPlus_Types(module)->lock = type;
    if (PyModule_AddType(module, type) < 0
        || PyModule_AddObjectRef(module, "LockType", (PyObject *)type) < 0)
    {
        return -1;
    }
    return PyModule_AddFunctions(module, module_functions);
}
