/* threading.Condition in C: a queue of threads that wait to be notified.

   A wait is one sleep: the thread queues itself, releases the lock and the GIL, and
   sleeps.  notify() moves it to the queue of the lock, which the notifier has; when the
   lock is released to it, it moves to the ready queue.  It wakes up once, with the GIL,
   takes the lock and returns (pycore_plus_wait.h).

   Native are conditions with a Lock or RLock of exactly our types; others run CPython's
   code (plus_native.h).

   A notification goes to a thread that waited when it was sent.  One that comes
   together with a time-out counts: wait() returns True.  If wait() raises an
   exception of a signal handler instead, the next waiter is notified. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_native.h"

struct condition {
    struct plus_native head;
    PyObject *lock;             /* of exactly our types; NULL if the object is plain */
    int is_rlock;
};

PyObject *
_PyPlus_LockOf(struct plus_native *self)
{
    return ((struct condition *)self)->lock;
}

static inline struct _PyWait_queue *
queue_of(struct condition *self)
{
    return self->is_rlock ? &((struct plus_rlock *)self->lock)->lock
                          : &((struct plus_lock *)self->lock)->lock;
}

static inline int
is_owned(struct condition *self)
{
    return self->is_rlock ? _PyPlus_RLockIsOwned((struct plus_rlock *)self->lock)
                          : _PyWait_IsLocked(queue_of(self));
}

static inline struct condition *
native(PyObject *object)
{
    return (struct condition *)_PyPlus_Native(object, &_PyPlus_ConditionKind);
}

/* The condition if C may wait in it and notify it: native, and the calling thread has, as
   far as one can tell, its lock. */
static inline struct condition *
usable(PyObject *object)
{
    struct condition *self = native(object);
    return self != NULL && is_owned(self)
        && !_PyPlus_IsOverridden(&self->head, &_PyPlus_ConditionKind) ? self : NULL;
}

/* --- waiting --- */

/* Called with q, the lock's queue, locked, and its owner cleared: releases it, sleeps, and
   takes it again.  Returns whether it was notified, or -1 with an exception set.  *gift:
   see _PyPlus_Gifts(), a new reference, if the object became plain; or NULL. */
static int
sleep_until_notified(struct condition *self, struct _PyWait_node *node,
                     struct _PyWait_queue *q, const struct plus_limit *limit,
                     PyObject **gift)
{
    struct _PyWait_queue *waiters = &self->head.waiters;
    _PyWait_Enter(waiters, node, /*announce=*/!limit->poll);
    _PyWait_Unlock(q);
    int status = limit->poll ? 0 : _PyPlus_SleepOn(waiters, node, limit->deadline);
    int in_condition = node->queue == waiters;
    enum _PyWait_state state = _PyWait_Leave(node);
    *gift = node->gift;
    int notified = !in_condition || state != WAIT_NODE_QUEUED;
    if (*gift != NULL) {
        notified = status < 0 ? -1 : _PyPlus_WaitForGift(*gift, limit->deadline);
        status = notified < 0 ? -1 : 0;
        state = WAIT_NODE_NOTIFIED;
    }
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
    if (status < 0 && notified > 0) {
        (void)_PyWait_Notify(waiters, q, 1);
    }
    return status < 0 ? -1 : notified;
}

/* The calling thread has the lock.  Returns whether it was notified, or -1. */
static int
wait_natively(struct condition *self, struct _PyWait_node *node,
              const struct plus_limit *limit)
{
    /* The object may become plain meanwhile, and be given another lock. */
    PyObject *lock = Py_NewRef(self->lock), *gift;
    struct plus_rlock *rlock = self->is_rlock ? (struct plus_rlock *)lock : NULL;
    unsigned long count = 0;
    PyThread_ident_t owner = 0;
    if (rlock != NULL) {
        count = rlock->count;
        owner = rlock->owner;
        rlock->count = 0;
        rlock->owner = 0;
    }
    int notified = sleep_until_notified(self, node, queue_of(self), limit, &gift);
    if (rlock != NULL) {
        rlock->count = count;
        rlock->owner = owner;
    }
    if (gift != NULL) {
        if (notified <= 0) {
            _PyPlus_ForgetGift(gift);
        }
        Py_DECREF(gift);
    }
    Py_DECREF(lock);
    return notified;
}

PyObject *
_PyPlus_ConditionSleep(PyObject *object, PyObject *timeout, PyObject *function)
{
    /* Other code may have run since condition_wait() looked. */
    struct condition *self = _PyPlus_IsUsualTimeout(timeout) ? usable(object) : NULL;
    if (self == NULL) {
        PyObject *args[] = {object, timeout};
        return _PyPlus_RunPython(function, args, 2, NULL);
    }
    struct plus_limit limit;
    if (_PyPlus_ParseLimit(timeout, &limit) < 0) {
        return NULL;
    }
    struct _PyWait_node *node = _PyPlus_NewNode();
    if (node == NULL) {
        return NULL;
    }
    int notified = wait_natively(self, node, &limit);
    PyMem_Free(node);
    return notified < 0 ? NULL : PyBool_FromLong(notified);
}

static PyObject *
condition_wait(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    static const char * const names[] = {"timeout"};
    PyObject *timeout = Py_None;
    struct condition *self;
    if (_PyPlus_Arguments(args, nargsf, kwnames, names, 1, &timeout)
        && _PyPlus_IsUsualTimeout(timeout)
        && (self = usable(args[0])) != NULL
        && _PyPlus_IsAsMade(self->head.family, GLOBAL_ALLOCATE_LOCK))
    {
        return _PyPlus_Sleep(&self->head, timeout, function);
    }
    return _PyPlus_RunPython(function, args, nargsf, kwnames);
}

int
_PyPlus_IsConditionWait(PyObject *function)
{
    return PyFunction_Check(function)
        && ((PyFunctionObject *)function)->vectorcall == condition_wait;
}

/* --- notifying --- */

static PyObject *
condition_notify(PyObject *function, PyObject *const *args, size_t nargsf,
                 PyObject *kwnames)
{
    static const char * const names[] = {"n"};
    PyObject *number = NULL;
    struct condition *self;
    if (!_PyPlus_Arguments(args, nargsf, kwnames, names, 1, &number)
        || (number != NULL && !PyLong_CheckExact(number))
        || (self = usable(args[0])) == NULL)
    {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    Py_ssize_t n = 1;
    if (number != NULL) {
        int overflow;
        long long value = PyLong_AsLongLongAndOverflow(number, &overflow);
        n = overflow > 0 || value > PY_SSIZE_T_MAX ? PY_SSIZE_T_MAX
          : overflow < 0 || value < 0 ? 0 : (Py_ssize_t)value;
    }
    (void)_PyWait_Notify(&self->head.waiters, queue_of(self), n);
    Py_RETURN_NONE;
}

static PyObject *
condition_notify_all(PyObject *function, PyObject *const *args, size_t nargsf,
                     PyObject *kwnames)
{
    struct condition *self = NULL;
    if (PyVectorcall_NARGS(nargsf) == 1 && kwnames == NULL) {
        self = usable(args[0]);
    }
    if (self == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    (void)_PyWait_Notify(&self->head.waiters, queue_of(self), PY_SSIZE_T_MAX);
    Py_RETURN_NONE;
}

/* --- the lock's methods --- */

/* The lock of a condition, native or plain, if it is ours, and of a call with so many
   arguments; borrowed.  NULL if Python is to judge. */
static PyObject *
lock_of_call(PyObject *const *args, size_t nargsf, PyObject *kwnames, Py_ssize_t n,
             int *is_rlock)
{
    if (PyVectorcall_NARGS(nargsf) != n || kwnames != NULL) {
        return NULL;
    }
    struct condition *self = native(args[0]);
    if (self != NULL) {
        *is_rlock = self->is_rlock;
        return self->lock;
    }
    PyObject *lock = _PyPlus_PlainValue(args[0], &_PyPlus_ConditionKind,
                                        CONDITION_LOCK);
    if (lock == NULL) {
        return NULL;
    }
    *is_rlock = _PyPlus_IsRLock(lock);
    return *is_rlock || _PyPlus_IsLock(lock) ? lock : NULL;
}

static PyObject *
condition_enter(PyObject *function, PyObject *const *args, size_t nargsf,
                PyObject *kwnames)
{
    int is_rlock;
    PyObject *lock = lock_of_call(args, nargsf, kwnames, 1, &is_rlock);
    if (lock == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    PyLockStatus status = is_rlock
                        ? _PyPlus_RLockAcquire((struct plus_rlock *)lock, -1)
                        : _PyPlus_LockAcquire((struct plus_lock *)lock, -1);
    return status == PY_LOCK_INTR ? NULL : Py_NewRef(Py_True);
}

static PyObject *
condition_exit(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    int is_rlock;
    PyObject *lock = lock_of_call(args, nargsf, kwnames, 4, &is_rlock);
    if (lock == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    return is_rlock ? _PyPlus_RLockRelease((struct plus_rlock *)lock)
                    : _PyPlus_LockRelease((struct plus_lock *)lock);
}

/* cond.acquire and cond.release are the lock's methods; see attributes.c. */
static PyObject *
lock_acquire(PyObject *object, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct condition *self = (struct condition *)object;
    /* The arguments may run code, which may look inside. */
    PyObject *lock = Py_NewRef(self->lock);
    int is_rlock = self->is_rlock;
    int64_t timeout;
    PyLockStatus status = PY_LOCK_INTR;
    if (_PyPlus_ParseAcquire(args, nargs, kwnames, &timeout) == 0) {
        status = is_rlock ? _PyPlus_RLockAcquire((struct plus_rlock *)lock, timeout)
                          : _PyPlus_LockAcquire((struct plus_lock *)lock, timeout);
    }
    Py_DECREF(lock);
    return status == PY_LOCK_INTR ? NULL : PyBool_FromLong(status == PY_LOCK_ACQUIRED);
}

static PyObject *
lock_release(PyObject *object, PyObject *const *args, Py_ssize_t nargs, PyObject *kwnames)
{
    struct condition *self = (struct condition *)object;
    if (nargs == 0 && kwnames == NULL) {
        return self->is_rlock ? _PyPlus_RLockRelease((struct plus_rlock *)self->lock)
                              : _PyPlus_LockRelease((struct plus_lock *)self->lock);
    }
    PyObject *method = PyObject_GetAttrString(self->lock, "release");   /* it complains */
    PyObject *result = method == NULL ? NULL
                     : PyObject_Vectorcall(method, args, nargs, kwnames);
    Py_XDECREF(method);
    return result;
}

/* In CPython a condition with an RLock has these of its lock; its class has them for locks
   that lack them.  Here those of the class know both. */

static PyObject *
condition_is_owned(PyObject *function, PyObject *const *args, size_t nargsf,
                   PyObject *kwnames)
{
    int is_rlock;
    PyObject *lock = lock_of_call(args, nargsf, kwnames, 1, &is_rlock);
    if (lock == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    return PyBool_FromLong(is_rlock ? _PyPlus_RLockIsOwned((struct plus_rlock *)lock)
                                    : _PyWait_IsLocked(&((struct plus_lock *)lock)->lock));
}

static PyObject *
condition_release_save(PyObject *function, PyObject *const *args, size_t nargsf,
                       PyObject *kwnames)
{
    int is_rlock;
    PyObject *lock = lock_of_call(args, nargsf, kwnames, 1, &is_rlock);
    if (lock == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    return is_rlock ? PyObject_CallMethod(lock, "_release_save", NULL)
                    : _PyPlus_LockRelease((struct plus_lock *)lock);
}

static PyObject *
condition_acquire_restore(PyObject *function, PyObject *const *args, size_t nargsf,
                          PyObject *kwnames)
{
    int is_rlock;
    PyObject *lock = lock_of_call(args, nargsf, kwnames, 2, &is_rlock);
    if (lock == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    if (is_rlock) {
        return PyObject_CallMethod(lock, "_acquire_restore", "(O)", args[1]);
    }
    PyLockStatus status = _PyPlus_LockAcquire((struct plus_lock *)lock, -1);
    return status == PY_LOCK_INTR ? NULL : Py_NewRef(Py_None);
}

/* Waiters that are gone have left the queue (_PyGIL_AfterFork()). */
static PyObject *
condition_at_fork_reinit(PyObject *function, PyObject *const *args, size_t nargsf,
                         PyObject *kwnames)
{
    struct condition *self = (struct condition *)
        _PyPlus_Only(args, nargsf, kwnames, &_PyPlus_ConditionKind);
    if (self == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    return PyObject_CallMethod(self->lock, "_at_fork_reinit", NULL);
}

static PyObject *
condition_repr(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct condition *self = (struct condition *)
        _PyPlus_Only(args, nargsf, kwnames, &_PyPlus_ConditionKind);
    if (self == NULL) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    return PyUnicode_FromFormat("<Condition(%S, %zd)>", self->lock,
                                _PyWait_Count(&self->head.waiters));
}

/* --- life --- */

static PyObject *
condition_init(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    static const char * const names[] = {"lock"};
    PyObject *lock = Py_None;
    struct plus_family *family = NULL;
    if (_PyPlus_Arguments(args, nargsf, kwnames, names, 1, &lock)) {
        family = _PyPlus_FamilyFor(args[0], function, &_PyPlus_ConditionKind);
    }
    struct plus_types *types = family == NULL ? NULL : _PyPlus_Types(family->module);
    int known = types != NULL
             && (lock == Py_None ? _PyPlus_IsAsMade(family, GLOBAL_RLOCK)
                                   && _PyPlus_IsAsMade(family, GLOBAL_CRLOCK)
                 : Py_IS_TYPE(lock, types->lock) || Py_IS_TYPE(lock, types->rlock));
    if (!known) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    lock = lock != Py_None ? Py_NewRef(lock) : types->rlock->tp_alloc(types->rlock, 0);
    if (lock == NULL) {
        return NULL;
    }
    struct condition *self = (struct condition *)args[0];
    self->lock = lock;
    self->is_rlock = Py_IS_TYPE(lock, types->rlock);
    self->head.family = (struct plus_family *)Py_NewRef(family);
    Py_RETURN_NONE;
}

static PyObject *
get_lock(struct plus_native *self)
{
    return Py_NewRef(_PyPlus_LockOf(self));
}

static int
fill(struct plus_native *self, PyObject *dict)
{
    PyObject *locks = _PyPlus_WaitersLocks(self);
    PyObject *gifts = locks == NULL ? NULL : _PyPlus_Gifts(locks, (PyObject *)self);
    int result = gifts == NULL ? -1
               : _PyPlus_FillCondition(self->family, dict, _PyPlus_LockOf(self), locks);
    if (result == 0) {
        _PyPlus_HandOver(self, gifts);
    }
    Py_XDECREF(gifts);
    Py_XDECREF(locks);
    return result;
}

static void
forget(struct plus_native *self)
{
    Py_CLEAR(((struct condition *)self)->lock);
}

static int
condition_traverse(struct condition *self, visitproc visit, void *arg)
{
    Py_VISIT(self->lock);
    return _PyPlus_VisitNative(&self->head, visit, arg);
}

/* Nobody waits on what the collector has found. */
static int
condition_clear(struct condition *self)
{
    PyObject *lock = self->lock, *family = (PyObject *)self->head.family;
    self->lock = NULL;
    self->head.family = NULL;       /* plain, whatever runs from here on */
    Py_XDECREF(lock);
    Py_XDECREF(family);
    _PyPlus_ClearNative(&self->head);
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

static const struct plus_member members[] = {
    [CONDITION_LOCK] = {"_lock"},
    [CONDITION_WAITERS] = {"_waiters"},
    [CONDITION_ACQUIRE] = {"acquire"},
    [CONDITION_RELEASE] = {"release"},
    [CONDITION_RELEASE_SAVE] = {"_release_save", condition_release_save},
    [CONDITION_ACQUIRE_RESTORE] = {"_acquire_restore", condition_acquire_restore},
    [CONDITION_IS_OWNED] = {"_is_owned", condition_is_owned},
    {"notify", condition_notify},
    {"__init__", condition_init, 1},
    {"__enter__", condition_enter, 1},
    {"__exit__", condition_exit, 1},
    {"wait", condition_wait, 1},
    {"notify_all", condition_notify_all, 1},
    {"_at_fork_reinit", condition_at_fork_reinit, 1},
    {NULL}
};

const struct plus_kind _PyPlus_ConditionKind = {
    .index = 0,
    .dealloc = (destructor)condition_dealloc,
    .members = members,
    .fill = fill,
    .forget = forget,
};

const struct plus_function _PyPlus_ConditionFunctions[] = {
    {"Condition", "__init__", condition_init},
    {"Condition", "__enter__", condition_enter},
    {"Condition", "__exit__", condition_exit},
    {"Condition", "__repr__", condition_repr},
    {"Condition", "wait", condition_wait},
    {"Condition", "notify", condition_notify},
    {"Condition", "notify_all", condition_notify_all},
    {"Condition", "_is_owned", condition_is_owned},
    {"Condition", "_release_save", condition_release_save},
    {"Condition", "_acquire_restore", condition_acquire_restore},
    {"Condition", "_at_fork_reinit", condition_at_fork_reinit},
    {NULL}
};

static const struct plus_field fields[] = {
    {"_lock", &_PyPlus_ConditionKind, get_lock},
    {"_waiters", &_PyPlus_ConditionKind, NULL},
    {NULL}
};

static const struct plus_lock_method lock_methods[] = {
    {"acquire", lock_acquire},
    {"release", lock_release},
    {NULL}
};

static PyType_Slot condition_slots[] = {
    {Py_tp_dealloc, condition_dealloc},
    {Py_tp_traverse, condition_traverse},
    {Py_tp_clear, condition_clear},
    {Py_tp_getset, _PyPlus_DictGetSet},
    {Py_tp_methods, _PyPlus_StateMethods},
    {0, NULL}
};

static PyType_Spec condition_spec = {
    .name = "_thread._Condition",
    .basicsize = sizeof(struct condition),
    .flags = PLUS_NATIVE_FLAGS,
    .slots = condition_slots,
};

int
_PyPlus_AddCondition(PyObject *module, PyObject *Py_UNUSED(name))
{
    return _PyPlus_AddBase(module, &condition_spec, fields, lock_methods);
}
