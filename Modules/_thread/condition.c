/* threading.Condition: a queue of threads that wait to be notified.

   With a lock or RLock of ours (exactly these types) a wait is one sleep: the
   thread queues itself, releases the lock and the GIL, and sleeps.  notify()
   moves it to the queue of the lock, which the notifier has; when the lock is
   released to it, it moves to the ready queue.  It wakes up once, with the GIL,
   takes the lock and returns (pycore_plus_wait.h).

   With any other lock the lock's own methods are called.  The waiter is queued
   before they release the lock, so a notification in between is not lost.

   A notification goes to a thread that waited when it was sent.  One that comes
   together with a time-out counts: wait() returns True.  If wait() raises an
   exception of a signal handler instead, the next waiter is notified. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_modsupport.h"    // _PyArg_ParseStackAndKeywords()
#include "pycore_pyerrors.h"      // _PyErr_ChainExceptions1()

#include "plus_foreign.h"
#include "plus_lock.h"
#include "plus_module.h"

enum kind {
    KIND_NONE,          /* not initialized */
    KIND_LOCK,
    KIND_RLOCK,
    KIND_FOREIGN,
};

struct condition {
    PyObject_HEAD
    struct _PyWait_queue waiters;
    enum kind kind;
    int derived;                /* of a class derived from Condition */
    PyObject *lock;
    PyObject **foreign;         /* see plus_foreign.h; NULL if the lock is ours */
};

static inline struct _PyWait_queue *
queue_of(struct condition *self)
{
    return self->kind == KIND_LOCK ? &((struct plus_lock *)self->lock)->lock
                                   : &((struct plus_rlock *)self->lock)->lock;
}

static int
check_ready(struct condition *self)
{
    if (self->kind == KIND_NONE) {
        PyErr_Format(PyExc_RuntimeError, "%.100s.__init__() was not called",
                     Py_TYPE(self)->tp_name);
        return -1;
    }
    return 0;
}

/* --- the lock --- */

/* The method may do anything, also give the condition another lock. */
static PyObject *
call_foreign(struct condition *self, enum plus_foreign_method which, PyObject *arg)
{
    return _PyPlus_CallForeign((PyObject *)self, self->foreign, which, arg);
}

/* Does the calling thread, as far as one can tell, have the lock?  -1: error. */
static int
is_owned(struct condition *self)
{
    switch (self->kind) {
    case KIND_LOCK:
        return _PyWait_IsLocked(queue_of(self));
    case KIND_RLOCK:
        return _PyPlus_RLockIsOwned((struct plus_rlock *)self->lock);
    default:
        break;
    }
    PyObject *owned = call_foreign(self, FOREIGN_IS_OWNED, NULL);
    if (owned == NULL) {
        return -1;
    }
    int result = PyObject_IsTrue(owned);
    Py_DECREF(owned);
    return result;
}

static int
check_owned(struct condition *self, const char *message)
{
    if (check_ready(self) < 0) {
        return -1;
    }
    int owned = is_owned(self);
    if (owned == 0) {
        PyErr_SetString(PyExc_RuntimeError, message);
    }
    return owned > 0 ? 0 : -1;
}

/* --- waiting --- */

/* The wait with a lock of ours.  Returns whether it was notified, or -1. */
static int
wait_native(struct condition *self, struct _PyWait_node *node,
            const struct plus_limit *limit)
{
    struct _PyWait_queue *q = queue_of(self);
    struct plus_rlock *rlock = self->kind == KIND_RLOCK
                             ? (struct plus_rlock *)self->lock : NULL;
    unsigned long count = 0;
    PyThread_ident_t owner = 0;
    if (rlock != NULL) {
        count = rlock->count;
        owner = rlock->owner;
        rlock->count = 0;
        rlock->owner = 0;
    }
    _PyWait_Enter(&self->waiters, node, /*announce=*/!limit->poll);
    _PyWait_Unlock(q);
    int status = limit->poll ? 0
               : _PyPlus_SleepOn(&self->waiters, node, limit->deadline);
    int in_condition = node->queue == &self->waiters;
    enum _PyWait_state state = _PyWait_Leave(node);
    switch (state) {
    case WAIT_NODE_HANDED:
        _PyWait_WasHanded(q);
        break;
    case WAIT_NODE_WOKEN:
        _PyWait_LockAgain(q, node->since);
        break;
    default:
        _PyWait_LockAgain(q, _PyWait_Now());
        break;
    }
    if (rlock != NULL) {
        rlock->count = count;
        rlock->owner = owner;
    }
    int notified = !in_condition || state != WAIT_NODE_QUEUED;
    if (status < 0) {
        if (notified) {
            (void)_PyWait_Notify(&self->waiters, q, 1);
        }
        return -1;
    }
    return notified;
}

/* The same with a foreign lock. */
static int
wait_foreign(struct condition *self, struct _PyWait_node *node,
             const struct plus_limit *limit)
{
    /* Once it is notified, __init__() may be called again. */
    PyObject *restore = _PyPlus_ForeignMethod((PyObject *)self, self->foreign,
                                              FOREIGN_ACQUIRE_RESTORE);
    if (restore == NULL) {
        return -1;
    }
    _PyWait_Enter(&self->waiters, node, /*announce=*/0);
    PyObject *saved = call_foreign(self, FOREIGN_RELEASE_SAVE, NULL);
    int status = saved == NULL ? -1 : 0;
    if (status == 0 && !limit->poll && _PyWait_Announce(node)) {
        status = _PyPlus_SleepOn(&self->waiters, node, limit->deadline);
    }
    int notified = _PyWait_Leave(node) == WAIT_NODE_NOTIFIED;
    if (notified && status < 0) {
        (void)_PyWait_Notify(&self->waiters, NULL, 1);
    }
    if (saved == NULL) {
        Py_DECREF(restore);
        return -1;
    }
    PyObject *exc = PyErr_GetRaisedException();
    PyObject *restored = PyObject_CallOneArg(restore, saved);
    Py_DECREF(restore);
    Py_DECREF(saved);
    if (restored != NULL) {
        Py_DECREF(restored);
        PyErr_SetRaisedException(exc);
        return status < 0 ? -1 : notified;
    }
    _PyErr_ChainExceptions1(exc);
    return -1;
}

/* timeout: seconds or None.  Returns whether notified, or -1. */
static int
wait_for_notification(struct condition *self, PyObject *timeout)
{
    struct plus_limit limit;
    if (check_owned(self, "cannot wait on un-acquired lock") < 0
        || _PyPlus_ParseLimit(timeout, &limit) < 0)
    {
        return -1;
    }
    struct _PyWait_node *node = _PyPlus_NewNode();
    if (node == NULL) {
        return -1;
    }
    /* __init__() may be called again meanwhile. */
    PyObject *lock = Py_NewRef(self->lock);
    int result = self->kind == KIND_FOREIGN ? wait_foreign(self, node, &limit)
                                            : wait_native(self, node, &limit);
    Py_DECREF(lock);
    PyMem_Free(node);
    return result;
}

/* The one argument, which is optional, of a method; borrowed. */
static int
parse_optional(PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames,
               _PyArg_Parser *parser, PyObject **value)
{
    if (nargs == 0 && kwnames == NULL) {
        return 0;
    }
    return _PyArg_ParseStackAndKeywords(args, nargs, kwnames, parser, value) ? 0 : -1;
}

static PyObject *
condition_wait(struct condition *self, PyObject *const *args, Py_ssize_t nargs,
               PyObject *kwnames)
{
    static const char * const names[] = {"timeout", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "|O:wait"};
    PyObject *timeout = Py_None;
    if (parse_optional(args, nargs, kwnames, &parser, &timeout) < 0) {
        return NULL;
    }
    int notified = wait_for_notification(self, timeout);
    return notified < 0 ? NULL : PyBool_FromLong(notified);
}

/* self.wait(timeout), which a derived class may have changed. */
static int
call_wait(struct condition *self, PyObject *timeout)
{
    PyObject *result = PyObject_CallMethod((PyObject *)self, "wait", "O", timeout);
    Py_XDECREF(result);
    return result == NULL ? -1 : 0;
}

/* self.wait() for what is left until the end, which is set by the first call.
   Returns 0 if nothing is left, 1 after a wait, -1. */
static int
wait_rest(struct condition *self, PyObject *timeout, int64_t *end)
{
    if (timeout == Py_None) {
        return call_wait(self, timeout) < 0 ? -1 : 1;
    }
    if (*end == 0) {
        double seconds = PyFloat_AsDouble(timeout);
        if (seconds == -1.0 && PyErr_Occurred()) {
            return -1;
        }
        double most = (double)(INT64_MAX / 2);
        double ns = seconds * 1e9;
        *end = _PyWait_Now() + (int64_t)(ns < -most ? -most : ns < most ? ns : most);
        return call_wait(self, timeout) < 0 ? -1 : 1;
    }
    int64_t left = *end - _PyWait_Now();
    if (left <= 0) {
        return 0;
    }
    PyObject *seconds = PyFloat_FromDouble((double)left * 1e-9);
    int status = seconds == NULL ? -1 : call_wait(self, seconds);
    Py_XDECREF(seconds);
    return status < 0 ? -1 : 1;
}

static PyObject *
condition_wait_for(struct condition *self, PyObject *const *args, Py_ssize_t nargs,
                   PyObject *kwnames)
{
    static const char * const names[] = {"predicate", "timeout", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "O|O:wait_for"};
    PyObject *predicate, *timeout = Py_None;
    if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &predicate,
                                      &timeout))
    {
        return NULL;
    }
    int64_t end = 0;
    for (;;) {
        PyObject *result = PyObject_CallNoArgs(predicate);
        int done = result == NULL ? -1 : PyObject_IsTrue(result);
        int waited = done == 0 ? wait_rest(self, timeout, &end) : 1;
        if (done < 0 || waited < 0) {
            Py_XDECREF(result);
            return NULL;
        }
        if (done || !waited) {
            return result;
        }
        Py_DECREF(result);
    }
}

/* --- notifying --- */

static PyObject *
notify(struct condition *self, Py_ssize_t n)
{
    if (check_owned(self, "cannot notify on un-acquired lock") < 0) {
        return NULL;
    }
    struct _PyWait_queue *q = self->kind == KIND_FOREIGN ? NULL : queue_of(self);
    (void)_PyWait_Notify(&self->waiters, q, n);
    Py_RETURN_NONE;
}

/* Any number will do for n, as in the base: 1.5 notifies two. */
static int
parse_count(PyObject *number, Py_ssize_t *n)
{
    if (PyLong_Check(number)) {
        int overflow;
        long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
        *n = overflow > 0 || value > PY_SSIZE_T_MAX ? PY_SSIZE_T_MAX
           : overflow < 0 || value < 0 ? 0 : (Py_ssize_t)value;
        return 0;
    }
    double value = PyFloat_AsDouble(number);
    if (value == -1.0 && PyErr_Occurred()) {
        return -1;
    }
    const double most = (double)(PY_SSIZE_T_MAX / 2);
    *n = value > most ? PY_SSIZE_T_MAX : value > 0 ? (Py_ssize_t)ceil(value) : 0;
    return 0;
}

static PyObject *
condition_notify(struct condition *self, PyObject *const *args, Py_ssize_t nargs,
                 PyObject *kwnames)
{
    static const char * const names[] = {"n", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "|O:notify"};
    PyObject *number = NULL;
    Py_ssize_t n = 1;
    if (parse_optional(args, nargs, kwnames, &parser, &number) < 0
        || (number != NULL && parse_count(number, &n) < 0))
    {
        return NULL;
    }
    return notify(self, n);
}

/* A derived class may have changed notify(). */
static PyObject *
condition_notify_all(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    if (self->derived) {
        return PyObject_CallMethod((PyObject *)self, "notify", "n",
                                   _PyWait_Count(&self->waiters));
    }
    return notify(self, PY_SSIZE_T_MAX);
}

static PyObject *
condition_notifyAll(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    if (PyErr_WarnEx(PyExc_DeprecationWarning,
                     "notifyAll() is deprecated, use notify_all() instead", 1) < 0)
    {
        return NULL;
    }
    return PyObject_CallMethod((PyObject *)self, "notify_all", NULL);
}

/* --- the lock's methods --- */

static PyObject *
condition_enter(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    if (check_ready(self) < 0) {
        return NULL;
    }
    if (self->kind == KIND_FOREIGN) {
        return PyObject_CallMethod(self->lock, "__enter__", NULL);
    }
    PyLockStatus status = self->kind == KIND_LOCK
                        ? _PyWait_Lock(queue_of(self), -1)
                        : _PyPlus_RLockAcquire((struct plus_rlock *)self->lock, -1);
    return status == PY_LOCK_INTR ? NULL : Py_NewRef(Py_True);
}

/* Call a method of the lock with the arguments of this call. */
static PyObject *
forward(struct condition *self, const char *name, PyObject *const *args,
        Py_ssize_t nargs, PyObject *kwnames)
{
    if (check_ready(self) < 0) {
        return NULL;
    }
    PyObject *method = PyObject_GetAttrString(self->lock, name);
    if (method == NULL) {
        return NULL;
    }
    PyObject *result = PyObject_Vectorcall(method, args, nargs, kwnames);
    Py_DECREF(method);
    return result;
}

static PyObject *
condition_exit(struct condition *self, PyObject *const *args, Py_ssize_t nargs)
{
    if (self->kind == KIND_RLOCK) {
        return _PyPlus_RLockRelease((struct plus_rlock *)self->lock);
    }
    if (self->kind == KIND_LOCK && _PyWait_IsLocked(queue_of(self))) {
        _PyWait_Unlock(queue_of(self));
        Py_RETURN_NONE;
    }
    return forward(self, "__exit__", args, nargs, NULL);
}

static PyObject *
condition_acquire(struct condition *self, PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    if (self->kind == KIND_FOREIGN) {
        PyObject *method = Py_NewRef(self->foreign[FOREIGN_ACQUIRE]);
        PyObject *result = PyObject_Vectorcall(method, args, nargs, kwnames);
        Py_DECREF(method);
        return result;
    }
    return forward(self, "acquire", args, nargs, kwnames);
}

static PyObject *
condition_release(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    if (self->kind == KIND_FOREIGN) {
        return call_foreign(self, FOREIGN_RELEASE, NULL);
    }
    return forward(self, "release", NULL, 0, NULL);
}

/* What classes derived from Condition may call or change; used by waits with
   foreign locks that have no such methods. */

static PyObject *
condition_release_save(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    if (self->kind == KIND_RLOCK) {
        return forward(self, "_release_save", NULL, 0, NULL);
    }
    if (self->kind == KIND_FOREIGN && self->foreign[FOREIGN_RELEASE_SAVE] != NULL) {
        return call_foreign(self, FOREIGN_RELEASE_SAVE, NULL);
    }
    PyObject *result = forward(self, "release", NULL, 0, NULL);
    Py_XDECREF(result);
    return result == NULL ? NULL : Py_NewRef(Py_None);
}

static PyObject *
condition_acquire_restore(struct condition *self, PyObject *state)
{
    if (self->kind == KIND_RLOCK) {
        return forward(self, "_acquire_restore", &state, 1, NULL);
    }
    if (self->kind == KIND_FOREIGN && self->foreign[FOREIGN_ACQUIRE_RESTORE] != NULL) {
        return call_foreign(self, FOREIGN_ACQUIRE_RESTORE, state);
    }
    PyObject *result = forward(self, "acquire", NULL, 0, NULL);
    Py_XDECREF(result);
    return result == NULL ? NULL : Py_NewRef(Py_None);
}

static PyObject *
condition_is_owned(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    if (check_ready(self) < 0) {
        return NULL;
    }
    int told = self->kind != KIND_FOREIGN || self->foreign[FOREIGN_IS_OWNED] != NULL;
    int owned = told ? is_owned(self) : _PyPlus_ForeignIsTaken(self->foreign);
    return owned < 0 ? NULL : PyBool_FromLong(owned);
}

/* Waiters that are gone have left the queue (_PyGIL_AfterFork()). */
static PyObject *
condition_at_fork_reinit(struct condition *self, PyObject *Py_UNUSED(ignored))
{
    PyObject *result = forward(self, "_at_fork_reinit", NULL, 0, NULL);
    Py_XDECREF(result);
    return result == NULL ? NULL : Py_NewRef(Py_None);
}

/* --- attributes --- */

static PyObject *
condition_repr(struct condition *self)
{
    if (check_ready(self) < 0) {
        return NULL;
    }
    return PyUnicode_FromFormat("<Condition(%S, %zd)>", self->lock,
                                _PyWait_Count(&self->waiters));
}

/* Programs look at its length. */
static PyObject *
condition_get_waiters(struct condition *self, void *Py_UNUSED(closure))
{
    Py_ssize_t n = _PyWait_Count(&self->waiters);
    PyObject *tuple = PyTuple_New(n);
    for (Py_ssize_t i = 0; tuple != NULL && i < n; i++) {
        PyTuple_SET_ITEM(tuple, i, Py_NewRef(Py_None));
    }
    return tuple;
}

static PyGetSetDef condition_getset[] = {
    {"_waiters", (getter)condition_get_waiters, NULL,
     "A tuple with one element, None, for each thread that waits."},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL},
    {NULL}
};

static PyMemberDef condition_members[] = {
    {"_lock", Py_T_OBJECT_EX, offsetof(struct condition, lock), Py_READONLY},
    {NULL}
};

/* --- life --- */

/* Does a derived class treat a plain lock in its own way? */
static int
derived_differs(PyTypeObject *type, PyTypeObject *base)
{
    for (int i = FOREIGN_RELEASE_SAVE; i < FOREIGN_COUNT; i++) {
        PyObject *name = PyUnicode_InternFromString(_PyPlus_ForeignNames[i]);
        if (name == NULL) {
            return -1;
        }
        int differs = _PyType_Lookup(type, name) != _PyType_Lookup(base, name);
        Py_DECREF(name);
        if (differs) {
            return 1;
        }
    }
    return 0;
}

/* lock: borrowed. */
static int
use_lock(struct condition *self, PyObject *lock, const struct plus_types *types)
{
    enum kind kind = KIND_FOREIGN;
    if (Py_IS_TYPE(lock, types->rlock)) {
        kind = KIND_RLOCK;
    }
    else if (Py_IS_TYPE(lock, types->lock)) {
        int differs = self->derived
                    ? derived_differs(Py_TYPE(self), types->condition) : 0;
        if (differs < 0) {
            return -1;
        }
        kind = differs ? KIND_FOREIGN : KIND_LOCK;
    }
    PyObject **foreign = NULL;
    if (kind == KIND_FOREIGN) {
        foreign = _PyPlus_ForeignMethods(lock);
        if (foreign == NULL) {
            return -1;
        }
    }
    PyObject *old = self->lock, **old_foreign = self->foreign;
    self->lock = Py_NewRef(lock);
    self->foreign = foreign;
    self->kind = kind;
    Py_XDECREF(old);
    _PyPlus_FreeForeign(old_foreign);
    return 0;
}

static int
condition_init(struct condition *self, PyObject *args, PyObject *kwargs)
{
    static char *names[] = {"lock", NULL};
    PyObject *lock = Py_None;
    if ((PyTuple_GET_SIZE(args) != 0 || kwargs != NULL)
        && !PyArg_ParseTupleAndKeywords(args, kwargs, "|O:Condition", names, &lock))
    {
        return -1;
    }
    PyObject *module = _PyPlus_ThreadModule(Py_TYPE(self));
    if (module == NULL) {
        return -1;
    }
    if (self->waiters.word != 0) {
        PyErr_SetString(PyExc_RuntimeError, "threads wait for the condition");
        return -1;
    }
    struct plus_types *types = _PyPlus_Types(module);
    self->derived = !Py_IS_TYPE(self, types->condition);
    lock = lock != Py_None ? Py_NewRef(lock)
         : types->rlock != NULL ? types->rlock->tp_alloc(types->rlock, 0)
         : PyObject_CallMethod(module, "RLock", NULL);
    int result = lock == NULL ? -1 : use_lock(self, lock, types);
    Py_XDECREF(lock);
    return result;
}

static int
condition_traverse(struct condition *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->lock);
    for (int i = 0; self->foreign != NULL && i < FOREIGN_COUNT; i++) {
        Py_VISIT(self->foreign[i]);
    }
    return PyObject_VisitManagedDict((PyObject *)self, visit, arg);
}

/* Nobody waits on what the collector has found. */
static int
condition_clear(struct condition *self)
{
    PyObject **foreign = self->foreign;
    self->kind = KIND_NONE;
    self->foreign = NULL;
    _PyPlus_FreeForeign(foreign);
    Py_CLEAR(self->lock);
    PyObject_ClearManagedDict((PyObject *)self);
    return 0;
}

static void
condition_dealloc(struct condition *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    (void)condition_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(condition_wait_doc,
"wait($self, /, timeout=None)\n--\n\n\
Release the lock, wait until notified, take the lock again.\n\
\n\
Return True, or False if timeout seconds have passed without a notification.\n\
The caller must have the lock, else RuntimeError.  An RLock is released however\n\
often it was taken, and taken again as often.  Signal handlers run during the\n\
wait; if one raises an exception, the lock is taken again first.");

PyDoc_STRVAR(condition_wait_for_doc,
"wait_for($self, /, predicate, timeout=None)\n--\n\n\
Wait until predicate(), which is called with the lock taken, is true.\n\
\n\
Return what it returned last: something false if timeout seconds have passed.");

PyDoc_STRVAR(condition_notify_doc,
"notify($self, /, n=1)\n--\n\n\
End the wait of up to n threads, those that have waited longest.\n\
\n\
They go on when they get the lock, which the caller must have (RuntimeError) and\n\
still has after the call.");

PyDoc_STRVAR(condition_notify_all_doc,
"notify_all($self, /)\n--\n\n\
End the wait of all threads that wait now; see notify().");

PyDoc_STRVAR(condition_notifyAll_doc,
"notifyAll($self, /)\n--\n\n\
The deprecated name of notify_all().");

PyDoc_STRVAR(condition_acquire_doc,
"acquire($self, /, blocking=True, timeout=-1)\n--\n\n\
The lock's acquire().");

PyDoc_STRVAR(condition_release_doc,
"release($self, /)\n--\n\n\
The lock's release().");

static PyMethodDef condition_methods[] = {
    {"wait", _PyCFunction_CAST(condition_wait), METH_FASTCALL | METH_KEYWORDS,
     condition_wait_doc},
    {"wait_for", _PyCFunction_CAST(condition_wait_for), METH_FASTCALL | METH_KEYWORDS,
     condition_wait_for_doc},
    {"notify", _PyCFunction_CAST(condition_notify), METH_FASTCALL | METH_KEYWORDS,
     condition_notify_doc},
    {"notify_all", _PyCFunction_CAST(condition_notify_all), METH_NOARGS,
     condition_notify_all_doc},
    {"notifyAll", _PyCFunction_CAST(condition_notifyAll), METH_NOARGS,
     condition_notifyAll_doc},
    {"acquire", _PyCFunction_CAST(condition_acquire), METH_FASTCALL | METH_KEYWORDS,
     condition_acquire_doc},
    {"release", _PyCFunction_CAST(condition_release), METH_NOARGS, condition_release_doc},
    {"__enter__", _PyCFunction_CAST(condition_enter), METH_NOARGS,
     PyDoc_STR("__enter__($self, /)\n--\n\nTake the lock.")},
    {"__exit__", _PyCFunction_CAST(condition_exit), METH_FASTCALL,
     PyDoc_STR("__exit__($self, /, *args)\n--\n\nRelease the lock.")},
    {"_release_save", _PyCFunction_CAST(condition_release_save), METH_NOARGS, NULL},
    {"_acquire_restore", _PyCFunction_CAST(condition_acquire_restore), METH_O, NULL},
    {"_is_owned", _PyCFunction_CAST(condition_is_owned), METH_NOARGS, NULL},
    {"_at_fork_reinit", _PyCFunction_CAST(condition_at_fork_reinit), METH_NOARGS, NULL},
    {NULL}
};

PyDoc_STRVAR(condition_doc,
"Condition(lock=None)\n--\n\n\
Lets threads wait until another thread tells them to go on.\n\
\n\
lock guards what they wait for: a Lock, an RLock (the default: a new one), or\n\
any object with acquire() and release().  With the lock taken, wait() releases\n\
it and waits; notify() and notify_all() end waits.");

static PyType_Slot condition_slots[] = {
    {Py_tp_doc, (void *)condition_doc},
    {Py_tp_new, _PyPlus_NewWaitable},
    {Py_tp_init, condition_init},
    {Py_tp_dealloc, condition_dealloc},
    {Py_tp_traverse, condition_traverse},
    {Py_tp_clear, condition_clear},
    {Py_tp_repr, condition_repr},
    {Py_tp_methods, condition_methods},
    {Py_tp_members, condition_members},
    {Py_tp_getset, condition_getset},
    {0, NULL}
};

static PyType_Spec condition_spec = {
    .name = "threading.Condition",
    .basicsize = sizeof(struct condition),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC
           | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF,
    .slots = condition_slots,
};

int
_PyPlus_AddCondition(PyObject *module, PyObject *Py_UNUSED(name))
{
    PyObject *type = PyType_FromModuleAndSpec(module, &condition_spec, NULL);
    if (type == NULL) {
        return -1;
    }
    _PyPlus_Types(module)->condition = (PyTypeObject *)type;
    return PyModule_AddObjectRef(module, "Condition", type);
}
