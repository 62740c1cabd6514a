/* threading.Semaphore and BoundedSemaphore in C: a number of units, and a queue of threads
   that wait for one.  Native and plain: plus_native.h.

   Both belong to who has the GIL.  The policy is that of locks (plus_lock.c): a
   released unit is free; the first waiter is woken and takes it when it has the
   GIL, unless a thread that runs was faster (barging).  Then it waits on, at the
   head.  So a thread that releases and acquires in turn goes on without waiting
   for another one each time.  A thread that has waited for longer than FAIR_NS is
   handed a unit: that is taken off the number at once, so nobody can be faster.

   The queue works as a lock's (pycore_plus_wait.h).  Its bit WOKEN says that a
   thread is on its way, WOKEN or HANDED; no other one is woken until it has come,
   and then it wakes the next if there are units left.

   No unit is lost
     If there are both units and waiters, a thread is on its way: release() and
     who comes see to it, by offer(), before other code runs.  Who comes too late,
     timed out or interrupted, still takes a unit if there is one, and is not
     interrupted then: the handlers run after acquire().  While a handler runs in
     the middle of a wait, its thread is not queued and nothing is granted to it;
     it goes back to the head.
     A thread that was handed a unit may never come: it ends at finalization, or is not
     there in the child of a fork.  Then the unit goes to the next waiter, or lies in the
     queue (its bit HANDED) until collect() takes it back into the number; nobody goes to
     sleep beside it (_PyWait_EnterLock()).  An object that becomes plain calls back a unit
     whose thread has not come. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_runtime.h"       // _Py_ID()
#include "pycore_typeobject.h"    // _PyType_GetDict()

#include "plus_native.h"

/* Semaphores with larger numbers are plain. */
#define UNITS_MAX ((int64_t)1 << 61)

struct semaphore {
    struct plus_native head;
    int64_t value;              /* units that are free */
    int64_t initial;            /* the most there may be; < 0: not bounded */
};

/* CPython's Semaphore is made of a Condition. */
static inline struct semaphore *
native(PyObject *object)
{
    struct plus_native *self = _PyPlus_Native(object, &_PyPlus_SemaphoreKind);
    return self != NULL && _PyPlus_ConditionsAreOurs(self->family)
         ? (struct semaphore *)self : NULL;
}

/* --- units --- */

/* Take back the unit of a thread that was handed it and did not come. */
static inline void
collect(struct semaphore *self)
{
    self->value += _PyWait_TakeUnit(&self->head.waiters);
}

static inline int
try_acquire(struct semaphore *self)
{
    if (self->value <= 0) {
        collect(self);
    }
    if (self->value > 0) {
        self->value--;
        return 1;
    }
    return 0;
}

/* If units are free, let the first waiter come, unless one is on its way. */
static void
offer(struct semaphore *self)
{
    collect(self);
    if (self->value > 0) {
        self->value -= _PyWait_OfferUnit(&self->head.waiters);
    }
}

/* --- acquiring --- */

/* Wait once.  Returns whether a unit was acquired. */
static int
wait_once(struct semaphore *self, struct _PyWait_node *node, int64_t deadline,
          enum _PyWait_result *result)
{
    *result = WAIT_READIED;
    if (!_PyWait_EnterLock(&self->head.waiters, node)) {
        return try_acquire(self);
    }
    *result = _PyWait_Sleep(node, deadline, /*interruptible=*/1);
    enum _PyWait_state state = _PyWait_Leave(node);
    if (state == WAIT_NODE_HANDED) {
        offer(self);
        return 1;
    }
    if (node->gift != NULL || self->head.family == NULL) {
        return 0;               /* it became plain: the number is elsewhere */
    }
    int acquired = try_acquire(self);
    offer(self);
    return acquired;
}

/* The object became plain: go on as CPython's code does.  gift: see _PyPlus_Gifts(), or
   NULL; its reference is taken. */
static PyObject *
acquire_plain(PyObject *self, PyObject *gift, int64_t deadline, PyObject *function)
{
    if (gift != NULL && _PyPlus_WaitForGiftIn(gift, deadline) < 0) {
        return NULL;
    }
    PyObject *timeout = Py_NewRef(Py_None);
    if (deadline != PARKER_FOREVER) {
        double left = (double)(deadline - _PyWait_Now()) * 1e-9;
        Py_SETREF(timeout, PyFloat_FromDouble(Py_MAX(left, 0.0)));
        if (timeout == NULL) {
            return NULL;
        }
    }
    PyObject *args[] = {self, Py_True, timeout};
    PyObject *result = _PyPlus_RunPython(function, args, 3, NULL);
    Py_DECREF(timeout);
    return result;
}

/* A semaphore with no free unit.  Returns True, False after the time, or NULL. */
static PyObject *
acquire_slow(struct semaphore *self, int64_t deadline, PyObject *function)
{
    struct _PyWait_node node = {.since = _PyWait_Now(), .unit = 1};
    enum _PyWait_result result;
    while (!wait_once(self, &node, deadline, &result)) {
        if (node.gift != NULL || self->head.family == NULL) {
            return acquire_plain((PyObject *)self, node.gift, deadline, function);
        }
        if (result == WAIT_TIMED_OUT) {
            Py_RETURN_FALSE;
        }
        if (result == WAIT_INTERRUPTED) {
            if (Py_MakePendingCalls() < 0) {
                return NULL;
            }
            if (self->head.family == NULL) {
                return acquire_plain((PyObject *)self, NULL, deadline, function);
            }
            if (try_acquire(self)) {
                Py_RETURN_TRUE;
            }
        }
    }
    Py_RETURN_TRUE;
}

PyObject *
_PyPlus_SemaphoreSleep(PyObject *object, PyObject *timeout, PyObject *function)
{
    /* Other code may have run since semaphore_acquire() looked. */
    struct semaphore *self = _PyPlus_IsUsualTimeout(timeout) ? native(object) : NULL;
    if (self == NULL) {
        PyObject *args[] = {object, Py_True, timeout};
        return _PyPlus_RunPython(function, args, 3, NULL);
    }
    if (try_acquire(self)) {
        Py_RETURN_TRUE;
    }
    struct plus_limit limit;
    if (_PyPlus_ParseLimit(timeout, &limit) < 0) {
        return NULL;
    }
    if (limit.poll) {
        Py_RETURN_FALSE;
    }
    return acquire_slow(self, limit.deadline, function);
}

static PyObject *
semaphore_acquire(PyObject *function, PyObject *const *args, size_t nargsf,
                  PyObject *kwnames)
{
    static const char * const names[] = {"blocking", "timeout"};
    PyObject *values[] = {Py_True, Py_None};
    struct semaphore *self;
    if (!_PyPlus_Arguments(args, nargsf, kwnames, names, 2, values)
        || !(PyBool_Check(values[0]) || PyLong_CheckExact(values[0]))
        || (self = native(args[0])) == NULL)
    {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    PyObject *timeout = values[1];
    int blocking = PyObject_IsTrue(values[0]);
    if (blocking || timeout == Py_None) {
        if (try_acquire(self)) {
            Py_RETURN_TRUE;
        }
        if (!blocking) {
            Py_RETURN_FALSE;
        }
        if (_PyPlus_IsUsualTimeout(timeout)
            && _PyPlus_IsAsMade(self->head.family, GLOBAL_ALLOCATE_LOCK)
            && (timeout == Py_None || _PyPlus_IsAsMade(self->head.family, GLOBAL_TIME)))
        {
            return _PyPlus_Sleep(&self->head, timeout, function);
        }
    }
    return _PyPlus_RunPython(function, args, nargsf, kwnames);
}

int
_PyPlus_IsSemaphoreAcquire(PyObject *function)
{
    return PyFunction_Check(function)
        && ((PyFunctionObject *)function)->vectorcall == semaphore_acquire;
}

/* --- releasing --- */

/* Would CPython find an attribute _initial_value in the object's __dict__ alone? */
static int
has_our_initial_value(PyTypeObject *type, struct plus_family *family)
{
    PyObject *name = _PyPlus_Name(_PyPlus_Types(family->module), &_PyPlus_SemaphoreKind,
                                  SEMAPHORE_INITIAL_VALUE);
    PyObject *value = _PyType_Lookup(type, name);
    return value != NULL && _PyPlus_IsAttribute(value);
}

/* The number of units that the call releases, or 0 if Python is to judge. */
static int64_t
units_of_call(PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    static const char * const names[] = {"n"};
    PyObject *number = NULL;
    if (!_PyPlus_Arguments(args, nargsf, kwnames, names, 1, &number)) {
        return 0;
    }
    if (number == NULL) {
        return 1;
    }
    int overflow = 1;
    long long n = 0;
    if (PyLong_CheckExact(number)) {
        n = PyLong_AsLongLongAndOverflow(number, &overflow);
    }
    return overflow == 0 && n >= 1 && n < UNITS_MAX ? n : 0;
}

static void
release(struct semaphore *self, int64_t n)
{
    self->value += n;
    offer(self);
}

static PyObject *
semaphore_release(PyObject *function, PyObject *const *args, size_t nargsf,
                  PyObject *kwnames)
{
    struct semaphore *self;
    int64_t n = units_of_call(args, nargsf, kwnames);
    if (n == 0 || (self = native(args[0])) == NULL || self->value >= UNITS_MAX - n) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    release(self, n);
    Py_RETURN_NONE;
}

static PyObject *
bounded_release(PyObject *function, PyObject *const *args, size_t nargsf,
                PyObject *kwnames)
{
    struct semaphore *self;
    int64_t n = units_of_call(args, nargsf, kwnames);
    if (n == 0 || (self = native(args[0])) == NULL || self->initial < 0
        || self->value >= UNITS_MAX - n
        || !has_our_initial_value(Py_TYPE(self), self->head.family))
    {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    collect(self);
    if (self->value + n > self->initial) {
        PyErr_SetString(PyExc_ValueError, "Semaphore released too many times");
        return NULL;
    }
    release(self, n);
    Py_RETURN_NONE;
}

/* What `with` calls: self.release(), if that is a function that C does. */
static PyObject *
semaphore_exit(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    struct semaphore *self = NULL;
    if (PyVectorcall_NARGS(nargsf) == 4 && kwnames == NULL) {
        self = native(args[0]);
    }
    if (self == NULL || _PyPlus_IsOverridden(&self->head, &_PyPlus_SemaphoreKind)) {
        return _PyPlus_RunPython(function, args, nargsf, kwnames);
    }
    PyObject *name = _PyPlus_Name(_PyPlus_Types(self->head.family->module),
                                  &_PyPlus_SemaphoreKind, SEMAPHORE_RELEASE);
    PyObject *release_function = Py_NewRef(_PyType_Lookup(Py_TYPE(self), name));
    PyObject *result = PyObject_Vectorcall(release_function, args, 1, NULL);
    Py_DECREF(release_function);
    return result;
}

/* --- life --- */

/* self.__init__(value): returns 1 if it has made the object native, 0 if Python is to. */
static int
init(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames,
     int bounded)
{
    static const char * const names[] = {"value"};
    PyObject *number = NULL;
    struct plus_family *family = NULL;
    if (_PyPlus_Arguments(args, nargsf, kwnames, names, 1, &number)
        && (number == NULL || PyLong_CheckExact(number)))
    {
        family = _PyPlus_FamilyFor(args[0], function, &_PyPlus_SemaphoreKind);
    }
    if (family == NULL || !_PyPlus_IsAsMade(family, GLOBAL_LOCK)
        || !_PyPlus_IsAsMade(family, GLOBAL_CONDITION)
        || !_PyPlus_ConditionsAreOurs(family))
    {
        return 0;
    }
    if (bounded && !has_our_initial_value(Py_TYPE(args[0]), family)) {
        return 0;
    }
    int overflow = 0;
    long long value = number == NULL ? 1 : PyLong_AsLongLongAndOverflow(number, &overflow);
    if (overflow != 0 || value < 0 || value >= UNITS_MAX) {
        return 0;
    }
    struct semaphore *self = (struct semaphore *)args[0];
    self->value = value;
    self->initial = bounded ? value : -1;
    self->head.family = (struct plus_family *)Py_NewRef(family);
    return 1;
}

static PyObject *
semaphore_init(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (init(function, args, nargsf, kwnames, /*bounded=*/0)) {
        Py_RETURN_NONE;
    }
    return _PyPlus_RunPython(function, args, nargsf, kwnames);
}

/* Is what super().__init__ means in the function, of a class that type is or is derived
   from, the one that C does? */
static int
has_our_super(PyObject *function, PyTypeObject *type)
{
    PyObject *cells = ((PyFunctionObject *)function)->func_closure, *mro = type->tp_mro;
    PyObject *cls = cells != NULL && PyTuple_GET_SIZE(cells) == 1
                  ? PyCell_GET(PyTuple_GET_ITEM(cells, 0)) : NULL;
    PyObject *init = NULL;
    Py_ssize_t i = 0, n = PyTuple_GET_SIZE(mro);
    while (i < n && PyTuple_GET_ITEM(mro, i) != cls) {
        i++;
    }
    for (i++; i < n && init == NULL; i++) {
        PyTypeObject *next = (PyTypeObject *)PyTuple_GET_ITEM(mro, i);
        init = PyDict_GetItemWithError(_PyType_GetDict(next), &_Py_ID(__init__));
    }
    return init != NULL && PyFunction_Check(init)
        && ((PyFunctionObject *)init)->vectorcall == semaphore_init;
}

static PyObject *
bounded_init(PyObject *function, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    if (PyVectorcall_NARGS(nargsf) > 0 && has_our_super(function, Py_TYPE(args[0]))
        && init(function, args, nargsf, kwnames, /*bounded=*/1)) {
        Py_RETURN_NONE;
    }
    return _PyPlus_RunPython(function, args, nargsf, kwnames);
}

static PyObject *
get_value(struct plus_native *object)
{
    struct semaphore *self = (struct semaphore *)object;
    collect(self);
    return PyLong_FromLongLong(self->value);
}

static PyObject *
get_initial(struct plus_native *object)
{
    struct semaphore *self = (struct semaphore *)object;
    return self->initial < 0 ? NULL : PyLong_FromLongLong(self->initial);
}

/* Returns -1 with an exception set, or 0. */
static int
set_number(PyObject *dict, PyObject *name, int64_t number)
{
    PyObject *value = PyLong_FromLongLong(number);
    int result = value == NULL ? -1 : PyDict_SetItem(dict, name, value);
    Py_XDECREF(value);
    return result;
}

/* While units are free CPython has notified as many waiters.  Here one thread at most is on
   its way, and would wake the next one when it comes; but then it finds the object plain. */
static int
fill(struct plus_native *object, PyObject *dict)
{
    struct semaphore *self = (struct semaphore *)object;
    collect(self);
    self->value += _PyWait_RecallUnit(&object->waiters);
    int64_t left = self->value - ((_PyWait_Word(&object->waiters) & WAIT_WOKEN) != 0);
    PyObject *locks = _PyPlus_WaitersLocks(object);
    PyObject *notified = locks == NULL ? NULL
                       : _PyPlus_Notify(locks, Py_MAX(0, Py_MIN(left, PY_SSIZE_T_MAX)));
    PyObject *cond = notified == NULL ? NULL
                   : _PyPlus_NewPlainCondition(object->family, locks);
    PyObject *gifts = cond == NULL ? NULL : _PyPlus_Gifts(notified, cond);
    PyObject *others = gifts == NULL ? NULL : _PyPlus_Gifts(locks, cond);
    PyObject *names =
        _PyPlus_Types(object->family->module)->member_names[_PyPlus_SemaphoreKind.index];
    int failed = others == NULL
              || PyDict_SetItem(dict, PyTuple_GET_ITEM(names, SEMAPHORE_COND), cond) < 0
              || set_number(dict, PyTuple_GET_ITEM(names, SEMAPHORE_VALUE),
                            self->value) < 0
              || (self->initial >= 0
                  && set_number(dict, PyTuple_GET_ITEM(names, SEMAPHORE_INITIAL_VALUE),
                                self->initial) < 0);
    if (!failed) {
        _PyPlus_HandOver(object, gifts);
        _PyPlus_HandOver(object, others);
    }
    Py_XDECREF(others);
    Py_XDECREF(gifts);
    Py_XDECREF(cond);
    Py_XDECREF(notified);
    Py_XDECREF(locks);
    return failed ? -1 : 0;
}

static int
semaphore_traverse(struct semaphore *self, visitproc visit, void *arg)
{
    return _PyPlus_VisitNative(&self->head, visit, arg);
}

static int
semaphore_clear(struct semaphore *self)
{
    _PyPlus_ClearNative(&self->head);
    return 0;
}

/* Nobody waits for it: who waits has a reference. */
static void
semaphore_dealloc(struct semaphore *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    _PyPlus_ClearNative(&self->head);
    type->tp_free(self);
    Py_DECREF(type);
}

static const struct plus_member members[] = {
    [SEMAPHORE_RELEASE] = {"release", semaphore_release, .or_function = bounded_release},
    [SEMAPHORE_VALUE] = {"_value"},
    [SEMAPHORE_COND] = {"_cond"},
    [SEMAPHORE_INITIAL_VALUE] = {"_initial_value", .of_others = 1}, /* BoundedSemaphore's */
    {NULL}
};

const struct plus_kind _PyPlus_SemaphoreKind = {
    .index = 2,
    .dealloc = (destructor)semaphore_dealloc,
    .members = members,
    .fill = fill,
};

const struct plus_function _PyPlus_SemaphoreFunctions[] = {
    {"Semaphore", "__init__", semaphore_init},
    {"Semaphore", "acquire", semaphore_acquire},    /* also as __enter__ */
    {"Semaphore", "release", semaphore_release},
    {"Semaphore", "__exit__", semaphore_exit},
    {"BoundedSemaphore", "__init__", bounded_init},
    {"BoundedSemaphore", "release", bounded_release},
    {NULL}
};

static const struct plus_field fields[] = {
    {"_cond", &_PyPlus_SemaphoreKind, NULL},
    {"_value", &_PyPlus_SemaphoreKind, get_value},
    {NULL}
};

const struct plus_field _PyPlus_InitialValue = {
    "_initial_value", &_PyPlus_SemaphoreKind, get_initial,
};

static PyType_Slot semaphore_slots[] = {
    {Py_tp_dealloc, semaphore_dealloc},
    {Py_tp_traverse, semaphore_traverse},
    {Py_tp_clear, semaphore_clear},
    {Py_tp_getset, _PyPlus_DictGetSet},
    {Py_tp_methods, _PyPlus_StateMethods},
    {0, NULL}
};

static PyType_Spec semaphore_spec = {
    .name = "_thread._Semaphore",
    .basicsize = sizeof(struct semaphore),
    .flags = PLUS_NATIVE_FLAGS,
    .slots = semaphore_slots,
};

int
_PyPlus_AddSemaphore(PyObject *module, PyObject *Py_UNUSED(name))
{
    return _PyPlus_AddBase(module, &semaphore_spec, fields, NULL);
}
