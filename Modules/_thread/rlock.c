/* _thread.RLock: a lock that its owner may take again.  See lock.c. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_lock.h"
#include "plus_module.h"

/* --- methods --- */

PyLockStatus
_PyPlus_RLockAcquire(struct plus_rlock *self, int64_t timeout)
{
    if (_PyPlus_RLockIsOwned(self)) {
        if (self->count == ULONG_MAX) {
            PyErr_SetString(PyExc_OverflowError, "Internal lock count overflowed");
            return PY_LOCK_INTR;
        }
        self->count++;
        return PY_LOCK_ACQUIRED;
    }
    Py_INCREF(self);
    PyLockStatus status = _PyWait_Lock(&self->lock, timeout);
    Py_DECREF(self);
    if (status == PY_LOCK_ACQUIRED) {
        self->owner = PyThread_get_thread_ident_ex();
        self->count = 1;
    }
    return status;
}

PyObject *
_PyPlus_RLockRelease(struct plus_rlock *self)
{
    if (!_PyPlus_RLockIsOwned(self)) {
        PyErr_SetString(PyExc_RuntimeError, "cannot release un-acquired lock");
        return NULL;
    }
    if (--self->count == 0) {
        self->owner = 0;
        _PyWait_Unlock(&self->lock);
    }
    Py_RETURN_NONE;
}

static PyObject *
rlock_acquire(struct plus_rlock *self, PyObject *const *args, Py_ssize_t nargs,
              PyObject *kwnames)
{
    int64_t timeout;
    if (_PyPlus_ParseAcquire(args, nargs, kwnames, &timeout) < 0) {
        return NULL;
    }
    PyLockStatus status = _PyPlus_RLockAcquire(self, timeout);
    return status == PY_LOCK_INTR ? NULL : PyBool_FromLong(status == PY_LOCK_ACQUIRED);
}

static PyObject *
rlock_release(struct plus_rlock *self, PyObject *Py_UNUSED(ignored))
{
    return _PyPlus_RLockRelease(self);
}

static PyObject *
rlock_exit(struct plus_rlock *self, PyObject *const *Py_UNUSED(args),
           Py_ssize_t Py_UNUSED(nargs))
{
    return _PyPlus_RLockRelease(self);
}

static PyObject *
rlock_is_owned(struct plus_rlock *self, PyObject *Py_UNUSED(ignored))
{
    return PyBool_FromLong(_PyPlus_RLockIsOwned(self));
}

static PyObject *
rlock_recursion_count(struct plus_rlock *self, PyObject *Py_UNUSED(ignored))
{
    return PyLong_FromUnsignedLong(_PyPlus_RLockIsOwned(self) ? self->count : 0);
}

/* Any thread may do this, not only the owner. */
static PyObject *
rlock_release_save(struct plus_rlock *self, PyObject *Py_UNUSED(ignored))
{
    if (self->count == 0) {
        PyErr_SetString(PyExc_RuntimeError, "cannot release un-acquired lock");
        return NULL;
    }
    PyObject *state = Py_BuildValue("k" Py_PARSE_THREAD_IDENT_T, self->count,
                                    self->owner);
    if (state != NULL) {
        self->count = 0;
        self->owner = 0;
        _PyWait_Unlock(&self->lock);
    }
    return state;
}

static PyObject *
rlock_acquire_restore(struct plus_rlock *self, PyObject *args)
{
    unsigned long count;
    PyThread_ident_t owner;
    if (!PyArg_ParseTuple(args, "(k" Py_PARSE_THREAD_IDENT_T "):_acquire_restore",
                          &count, &owner))
    {
        return NULL;
    }
    if (!_PyWait_TryLock(&self->lock)) {
        _PyWait_LockAgain(&self->lock, _PyWait_Now());
    }
    self->owner = owner;
    self->count = count;
    Py_RETURN_NONE;
}

/* As for lock. */
static PyObject *
rlock_at_fork_reinit(struct plus_rlock *self, PyObject *Py_UNUSED(ignored))
{
    self->owner = 0;
    self->count = 0;
    if (_PyWait_IsLocked(&self->lock)) {
        _PyWait_Unlock(&self->lock);
    }
    Py_RETURN_NONE;
}

static PyObject *
rlock_repr(struct plus_rlock *self)
{
    return PyUnicode_FromFormat(
        "<%s %s object owner=%" PY_FORMAT_THREAD_IDENT_T " count=%lu at %p>",
        self->count != 0 ? "locked" : "unlocked", Py_TYPE(self)->tp_name,
        self->owner, self->count, self);
}

/* --- life --- */

/* Takes any arguments, as subclasses pass theirs on: so does the base's. */
static PyObject *
rlock_new(PyTypeObject *type, PyObject *Py_UNUSED(args), PyObject *Py_UNUSED(kwargs))
{
    return type->tp_alloc(type, 0);
}

static int
rlock_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

static void
rlock_dealloc(struct plus_rlock *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    if (self->weakrefs != NULL) {
        PyObject_ClearWeakRefs((PyObject *)self);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(rlock_acquire_doc,
"acquire($self, /, blocking=True, timeout=-1)\n--\n\n\
Take the lock and return True; wait until it is free.\n\
\n\
The thread that has taken it may take it again, without waiting, and must\n\
release it as often.  With blocking false, return False at once if another\n\
thread has it.  With a timeout, return False if it does not become free within\n\
so many seconds.  Signal handlers run during the wait, and end it if they raise\n\
an exception.");

PyDoc_STRVAR(rlock_release_doc,
"release($self, /)\n--\n\n\
Undo one acquire(); the last one makes the lock free.\n\
\n\
RuntimeError if the calling thread has not taken the lock.");

PyDoc_STRVAR(rlock_enter_doc,
"__enter__($self, /)\n--\n\n\
Take the lock.");

PyDoc_STRVAR(rlock_exit_doc,
"__exit__($self, /, *exc_info)\n--\n\n\
Release the lock.");

PyDoc_STRVAR(rlock_is_owned_doc,
"_is_owned($self, /)\n--\n\n\
Whether the calling thread has the lock; for conditions.");

PyDoc_STRVAR(rlock_recursion_count_doc,
"_recursion_count($self, /)\n--\n\n\
How often the calling thread has taken the lock.");

PyDoc_STRVAR(rlock_release_save_doc,
"_release_save($self, /)\n--\n\n\
Make the lock free, however often it was taken; for conditions.");

PyDoc_STRVAR(rlock_acquire_restore_doc,
"_acquire_restore($self, state, /)\n--\n\n\
Take the lock as often as before _release_save(); for conditions.");

static PyMethodDef rlock_methods[] = {
    {"acquire", _PyCFunction_CAST(rlock_acquire), METH_FASTCALL | METH_KEYWORDS,
     rlock_acquire_doc},
    {"release", _PyCFunction_CAST(rlock_release), METH_NOARGS, rlock_release_doc},
    {"_is_owned", _PyCFunction_CAST(rlock_is_owned), METH_NOARGS, rlock_is_owned_doc},
    {"_acquire_restore", _PyCFunction_CAST(rlock_acquire_restore), METH_VARARGS,
     rlock_acquire_restore_doc},
    {"_release_save", _PyCFunction_CAST(rlock_release_save), METH_NOARGS,
     rlock_release_save_doc},
    {"_recursion_count", _PyCFunction_CAST(rlock_recursion_count), METH_NOARGS,
     rlock_recursion_count_doc},
    {"__enter__", _PyCFunction_CAST(rlock_acquire), METH_FASTCALL | METH_KEYWORDS,
     rlock_enter_doc},
    {"__exit__", _PyCFunction_CAST(rlock_exit), METH_FASTCALL, rlock_exit_doc},
    {"_at_fork_reinit", _PyCFunction_CAST(rlock_at_fork_reinit), METH_NOARGS, NULL},
    {NULL}
};

static PyMemberDef rlock_members[] = {
    {"__weaklistoffset__", Py_T_PYSSIZET, offsetof(struct plus_rlock, weakrefs),
     Py_READONLY},
    {NULL}
};

static PyType_Slot rlock_slots[] = {
    {Py_tp_new, rlock_new},
    {Py_tp_dealloc, rlock_dealloc},
    {Py_tp_traverse, rlock_traverse},
    {Py_tp_repr, rlock_repr},
    {Py_tp_methods, rlock_methods},
    {Py_tp_members, rlock_members},
    {0, NULL}
};

static PyType_Spec rlock_spec = {
    .name = "_thread.RLock",
    .basicsize = sizeof(struct plus_rlock),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC
           | Py_TPFLAGS_IMMUTABLETYPE,
    .slots = rlock_slots,
};

int
_PyPlus_IsRLock(PyObject *object)
{
    /* A class that is derived from it has another tp_dealloc. */
    return Py_TYPE(object)->tp_dealloc == (destructor)rlock_dealloc;
}

int
_PyPlus_AddRLock(PyObject *module, PyObject *Py_UNUSED(name))
{
    PyTypeObject *type;
    type = (PyTypeObject *)PyType_FromModuleAndSpec(module, &rlock_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    _PyPlus_Types(module)->rlock = type;
    return PyModule_AddType(module, type);
}
