/* How a native condition, event or semaphore becomes CPython's own; see plus_native.h.

   Threads may wait in it.  In CPython each of them waits for a lock that is in
   cond._waiters, and notify() releases it.  So each waiter is given such a lock, wakes up,
   and waits for that.  A notification that comes in between finds the lock in its place,
   and is not lost.

   Nothing runs other code until the object is plain, and collections run in the eval loop
   only: so nobody else sees an object that is half of each.  A __dict__ with keys that are
   not str gets its new entries afterwards, for to compare such keys may run code. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_descrobject.h"   // PyGetSetDescrObject
#include "pycore_dict.h"          // DK_IS_UNICODE()
#include "pycore_pyerrors.h"      // _PyErr_ChainExceptions1()
#include "pycore_runtime.h"       // _Py_ID()

#include "plus_native.h"

/* --- the waiters --- */

PyObject *
_PyPlus_WaitersLocks(struct plus_native *self)
{
    PyTypeObject *type = _PyPlus_Types(self->family->module)->lock;
    Py_ssize_t n = _PyWait_Count(&self->waiters);
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        struct plus_lock *lock = (struct plus_lock *)type->tp_alloc(type, 0);
        if (lock == NULL) {
            Py_CLEAR(list);
            break;
        }
        (void)_PyWait_TryLock(&lock->lock);
        PyList_SET_ITEM(list, i, (PyObject *)lock);
    }
    return list;
}

PyObject *
_PyPlus_Notify(PyObject *locks, Py_ssize_t n)
{
    PyObject *notified = PyList_GetSlice(locks, 0, n);
    if (notified == NULL || PyList_SetSlice(locks, 0, n, NULL) < 0) {
        Py_XDECREF(notified);
        return NULL;
    }
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(notified); i++) {
        _PyWait_Unlock(&((struct plus_lock *)PyList_GET_ITEM(notified, i))->lock);
    }
    return notified;
}

PyObject *
_PyPlus_Gifts(PyObject *locks, PyObject *cond)
{
    Py_ssize_t n = PyList_GET_SIZE(locks);
    PyObject *gifts = PyList_New(n);
    for (Py_ssize_t i = 0; gifts != NULL && i < n; i++) {
        PyObject *gift = PyTuple_Pack(2, PyList_GET_ITEM(locks, i), cond);
        if (gift == NULL) {
            Py_CLEAR(gifts);
            break;
        }
        PyList_SET_ITEM(gifts, i, gift);
    }
    return gifts;
}

void
_PyPlus_HandOver(struct plus_native *self, PyObject *gifts)
{
    for (Py_ssize_t i = 0; i < PyList_GET_SIZE(gifts); i++) {
        PyObject *gift = Py_NewRef(PyList_GET_ITEM(gifts, i));
        if (!_PyWait_Give(&self->waiters, gift)) {
            /* The thread has ended: at finalization, so who notifies its lock in vain
               does no harm any more. */
            Py_DECREF(gift);
        }
    }
}

int
_PyPlus_WaitForGift(PyObject *gift, int64_t deadline)
{
    int64_t timeout = -1;
    if (deadline != PARKER_FOREVER) {
        timeout = Py_MAX(deadline - _PyWait_Now(), 0);
    }
    struct plus_lock *lock = (struct plus_lock *)PyTuple_GET_ITEM(gift, 0);
    PyLockStatus status = _PyPlus_LockAcquire(lock, timeout);
    return status == PY_LOCK_INTR ? -1 : status == PY_LOCK_ACQUIRED;
}

/* The name of a member of conditions; cond is one. */
static PyObject *
name_for(PyObject *cond, int member)
{
    PyTypeObject *base = _PyPlus_BaseOf(Py_TYPE(cond), &_PyPlus_ConditionKind);
    return _PyPlus_Name(_PyPlus_Types(((PyHeapTypeObject *)base)->ht_module),
                        &_PyPlus_ConditionKind, member);
}

void
_PyPlus_ForgetGift(PyObject *gift)
{
    PyObject *lock = PyTuple_GET_ITEM(gift, 0), *cond = PyTuple_GET_ITEM(gift, 1);
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *waiters = PyObject_GetAttr(cond, name_for(cond, CONDITION_WAITERS));
    PyObject *remove = waiters == NULL ? NULL : PyUnicode_InternFromString("remove");
    PyObject *done = remove == NULL ? NULL : PyObject_CallMethodOneArg(waiters, remove, lock);
    if (done == NULL) {
        PyErr_Clear();              /* notified at the last moment */
    }
    Py_XDECREF(done);
    Py_XDECREF(remove);
    Py_XDECREF(waiters);
    PyErr_SetRaisedException(exc);
}

int
_PyPlus_WaitForGiftIn(PyObject *gift, int64_t deadline)
{
    PyObject *cond = PyTuple_GET_ITEM(gift, 1);
    int got = PyErr_Occurred() ? -1 : _PyPlus_WaitForGift(gift, deadline);
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *done = PyObject_CallMethodNoArgs(cond, name_for(cond, CONDITION_ACQUIRE));
    if (done != NULL) {
        Py_DECREF(done);
        if (got <= 0) {
            _PyPlus_ForgetGift(gift);
        }
        done = PyObject_CallMethodNoArgs(cond, name_for(cond, CONDITION_RELEASE));
    }
    Py_XDECREF(done);
    Py_DECREF(gift);
    _PyErr_ChainExceptions1(exc);
    return PyErr_Occurred() ? -1 : got;
}

/* --- the state --- */

/* An attribute that a program has set stays. */
static int
export_method(PyObject *dict, PyObject *lock, PyObject *name)
{
    PyObject *method = PyObject_GetAttr(lock, name);
    int result = method == NULL ? -1 : PyDict_SetDefaultRef(dict, name, method, NULL);
    Py_XDECREF(method);
    return result < 0 ? -1 : 0;
}

int
_PyPlus_FillCondition(struct plus_family *family, PyObject *dict, PyObject *lock,
                      PyObject *locks)
{
    struct plus_types *types = _PyPlus_Types(family->module);
    PyObject *names = types->member_names[_PyPlus_ConditionKind.index];
    int last = Py_IS_TYPE(lock, types->rlock) ? CONDITION_IS_OWNED : CONDITION_RELEASE;
    int failed = PyDict_SetItem(dict, PyTuple_GET_ITEM(names, CONDITION_LOCK), lock) < 0;
    for (int i = CONDITION_ACQUIRE; !failed && i <= last; i++) {
        failed = export_method(dict, lock, PyTuple_GET_ITEM(names, i)) < 0;
    }
    PyObject *waiters = failed ? NULL
                      : PyObject_CallOneArg(family->made[GLOBAL_DEQUE], locks);
    int result = waiters == NULL ? -1
               : PyDict_SetItem(dict, PyTuple_GET_ITEM(names, CONDITION_WAITERS), waiters);
    Py_XDECREF(waiters);
    return result;
}

PyObject *
_PyPlus_NewPlainCondition(struct plus_family *family, PyObject *locks)
{
    PyTypeObject *type = (PyTypeObject *)family->made[GLOBAL_CONDITION];
    PyTypeObject *lock_type = _PyPlus_Types(family->module)->lock;
    PyObject *cond = type->tp_alloc(type, 0);
    PyObject *lock = cond == NULL ? NULL : lock_type->tp_alloc(lock_type, 0);
    PyObject *dict = lock == NULL ? NULL : PyObject_GenericGetDict(cond, NULL);
    if (dict == NULL || _PyPlus_FillCondition(family, dict, lock, locks) < 0) {
        Py_CLEAR(cond);
    }
    Py_XDECREF(dict);
    Py_XDECREF(lock);
    return cond;
}

int
_PyPlus_MakePlain(struct plus_native *self, const struct plus_kind *kind)
{
    struct plus_family *family = self->family;
    if (family == NULL) {
        return 0;
    }
    PyObject *dict = PyObject_GenericGetDict((PyObject *)self, NULL);
    if (dict == NULL) {
        return -1;
    }
    int usual = DK_IS_UNICODE(((PyDictObject *)dict)->ma_keys);
    PyObject *state = usual ? Py_NewRef(dict) : PyDict_New();
    int result = state == NULL ? -1 : kind->fill(self, state);
    if (result == 0) {
        self->family = NULL;
        if (kind->forget != NULL) {
            kind->forget(self);
        }
        Py_DECREF(family);
        if (!usual) {
            result = PyDict_Merge(dict, state, /*override=*/0);
        }
    }
    Py_XDECREF(state);
    Py_DECREF(dict);
    return result;
}

void
_PyPlus_TryToMakePlain(struct plus_native *self, const struct plus_kind *kind)
{
    if (_PyPlus_MakePlain(self, kind) < 0) {
        PyErr_Clear();
    }
}

/* --- what shows all of it --- */

static int
make_plain(PyObject *self)
{
    for (int i = 0; i < PLUS_KINDS; i++) {
        if (_PyPlus_BaseOf(Py_TYPE(self), _PyPlus_Kinds[i]) != NULL) {
            return _PyPlus_MakePlain((struct plus_native *)self, _PyPlus_Kinds[i]);
        }
    }
    return 0;
}

static PyObject *
get_dict(PyObject *self, void *context)
{
    return make_plain(self) < 0 ? NULL : PyObject_GenericGetDict(self, context);
}

static int
set_dict(PyObject *self, PyObject *value, void *context)
{
    return make_plain(self) < 0 ? -1 : PyObject_GenericSetDict(self, value, context);
}

/* For copy and pickle: object.__getstate__() does not like C structs. */
static PyObject *
get_state(PyObject *self, PyObject *Py_UNUSED(ignored))
{
    if (make_plain(self) < 0) {
        return NULL;
    }
    return PyObject_CallMethodOneArg((PyObject *)&PyBaseObject_Type,
                                     &_Py_ID(__getstate__), self);
}

PyGetSetDef _PyPlus_DictGetSet[] = {
    {"__dict__", get_dict, set_dict, NULL},
    {NULL}
};

int
_PyPlus_IsDictGetSet(PyObject *value)
{
    return value != NULL && Py_IS_TYPE(value, &PyGetSetDescr_Type)
        && ((PyGetSetDescrObject *)value)->d_getset->get == get_dict;
}

PyMethodDef _PyPlus_StateMethods[] = {
    {"__getstate__", get_state, METH_NOARGS, NULL},
    {NULL}
};
