/* threading.Semaphore and BoundedSemaphore: a number of units, and a queue of
   threads that wait for one.

   Both belong to who has the GIL.  The policy is that of locks (plus_lock.c): a
   released unit is free; the first waiter is woken and takes it when it has the
   GIL, unless a thread that runs was faster (barging).  Then it waits on, at the
   head.  So a thread that releases and acquires in turn goes on without waiting
   for another one each time.  A thread that has waited for longer than FAIR_NS is
   handed a unit: that is taken off the number at once, so nobody can be faster.

   The queue works as a lock's (pycore_plus_wait.h).  Its bit WOKEN says that a
   thread is on its way, WOKEN or HANDED; no other one is woken until it has come,
   and then it wakes the next if there are units left.  LOCKED is set during
   offer() only, by which the queue tells whether it handed the unit over.

   No unit is lost
     If there are both units and waiters, a thread is on its way: release() and
     who comes see to it, by offer(), before other code runs.  Who comes too late,
     timed out or interrupted, still takes a unit if there is one, and is not
     interrupted then: the handlers run after acquire().  While a handler runs in
     the middle of a wait, its thread is not queued and nothing is granted to it;
     it goes back to the head. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_modsupport.h"    // _PyArg_ParseStackAndKeywords()

#include <math.h>

#include "plus_lock.h"
#include "plus_module.h"
#include "plus_sync.h"

/* Larger numbers, also an infinite one, count as this. */
#define UNITS_MAX ((int64_t)1 << 61)

struct semaphore {
    PyObject_HEAD
    struct _PyWait_queue queue;
    int64_t value;              /* units that are free */
    int64_t initial;            /* the most there may be, if bounded */
    PyObject *cond;             /* see _PyPlus_GetCond(); NULL if nobody asked */
    char ready;                 /* __init__() was called */
    char bounded;
};

static void semaphore_dealloc(struct semaphore *);

/* Is it of a class made in Python, which may have changed methods? */
static inline int
is_derived(struct semaphore *self)
{
    return Py_TYPE(self)->tp_dealloc != (destructor)semaphore_dealloc;
}

static int
check_ready(struct semaphore *self)
{
    if (!self->ready) {
        PyErr_Format(PyExc_RuntimeError, "%.100s.__init__() was not called",
                     Py_TYPE(self)->tp_name);
        return -1;
    }
    return 0;
}

/* --- numbers --- */

/* Floats are taken if they are whole. */
static int
float_to_units(double value, int64_t *units)
{
    if (value >= (double)UNITS_MAX || value <= -(double)UNITS_MAX) {
        *units = value > 0 ? UNITS_MAX : -UNITS_MAX;
        return 0;
    }
    if (value != floor(value)) {
        PyErr_SetString(PyExc_ValueError, "a semaphore counts in whole numbers");
        return -1;
    }
    *units = (int64_t)value;
    return 0;
}

static int
to_units(PyObject *number, int64_t *units)
{
    if (PyFloat_Check(number)) {
        return float_to_units(PyFloat_AS_DOUBLE(number), units);
    }
    PyObject *index = PyNumber_Index(number);
    if (index == NULL) {
        return -1;
    }
    int overflow;
    long long value = PyLong_AsLongLongAndOverflow(index, &overflow);
    Py_DECREF(index);
    *units = overflow > 0 || value > UNITS_MAX ? UNITS_MAX
           : overflow < 0 || value < -UNITS_MAX ? -UNITS_MAX : value;
    return 0;
}

/* The same for a number that must not be less than `least`; message tells. */
static int
parse_units(PyObject *number, long least, const char *message, int64_t *units)
{
    PyObject *limit = PyLong_FromLong(least);
    int less = PyObject_RichCompareBool(number, limit, Py_LT);
    Py_DECREF(limit);
    if (less > 0) {
        PyErr_SetString(PyExc_ValueError, message);
    }
    return less != 0 ? -1 : to_units(number, units);
}

/* --- units --- */

static inline int
try_acquire(struct semaphore *self)
{
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
    struct _PyWait_queue *q = &self->queue;
    uintptr_t word = _PyWait_Word(q);
    if (self->value <= 0 || (word & ~WAIT_BITS) == 0 || (word & WAIT_WOKEN)) {
        return;
    }
    (void)_PyWait_TryLock(q);
    _PyWait_Unlock(q);
    if (_PyWait_IsLocked(q)) {
        /* It was handed. */
        self->value--;
        _PyWait_Unlock(q);
    }
}

/* Wait once.  Returns whether a unit was acquired. */
static int
wait_once(struct semaphore *self, struct _PyWait_node *node, int64_t deadline,
          enum _PyWait_result *result)
{
    _PyWait_Enter(&self->queue, node, /*announce=*/1);
    *result = _PyWait_Sleep(node, deadline, /*interruptible=*/1);
    int acquired = _PyWait_Leave(node) == WAIT_NODE_HANDED || try_acquire(self);
    offer(self);
    return acquired;
}

/* Returns 1, 0 after the time, or -1 with an exception set. */
static int
acquire_slow(struct semaphore *self, PyObject *timeout)
{
    struct plus_limit limit;
    if (check_ready(self) < 0 || _PyPlus_ParseLimit(timeout, &limit) < 0) {
        return -1;
    }
    if (limit.poll) {
        return 0;
    }
    struct _PyWait_node node = {.since = _PyWait_Now()};
    enum _PyWait_result result;
    while (!wait_once(self, &node, limit.deadline, &result)) {
        if (result == WAIT_TIMED_OUT) {
            return 0;
        }
        if (result == WAIT_INTERRUPTED) {
            if (Py_MakePendingCalls() < 0) {
                return -1;
            }
            if (try_acquire(self)) {
                return 1;
            }
        }
    }
    return 1;
}

static PyObject *
semaphore_acquire(struct semaphore *self, PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    static const char * const names[] = {"blocking", "timeout", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "|pO:acquire"};
    int blocking = 1;
    PyObject *timeout = Py_None;
    if (nargs != 0 || kwnames != NULL) {
        if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &blocking,
                                          &timeout))
        {
            return NULL;
        }
        if (!blocking && timeout != Py_None) {
            PyErr_SetString(PyExc_ValueError,
                            "can't specify timeout for non-blocking acquire");
            return NULL;
        }
    }
    if (try_acquire(self)) {
        Py_RETURN_TRUE;
    }
    int acquired = blocking ? acquire_slow(self, timeout) : check_ready(self);
    return acquired < 0 ? NULL : PyBool_FromLong(acquired);
}

static PyObject *
release_units(struct semaphore *self, int64_t n)
{
    if (check_ready(self) < 0) {
        return NULL;
    }
    if (self->bounded && self->value + n > self->initial) {
        PyErr_SetString(PyExc_ValueError, "Semaphore released too many times");
        return NULL;
    }
    self->value = self->value < UNITS_MAX - n ? self->value + n : UNITS_MAX;
    offer(self);
    if (self->cond != NULL) {
        return _PyPlus_NotifyCond(self->cond, "notify", n);
    }
    Py_RETURN_NONE;
}

static PyObject *
semaphore_release(struct semaphore *self, PyObject *const *args, Py_ssize_t nargs,
                  PyObject *kwnames)
{
    static const char * const names[] = {"n", NULL};
    static _PyArg_Parser parser = {.keywords = names, .format = "|O:release"};
    int64_t n = 1;
    if (nargs != 0 || kwnames != NULL) {
        PyObject *number = NULL;
        if (!_PyArg_ParseStackAndKeywords(args, nargs, kwnames, &parser, &number)
            || (number != NULL
                && parse_units(number, 1, "n must be one or more", &n) < 0))
        {
            return NULL;
        }
    }
    return release_units(self, n);
}

static PyObject *
semaphore_exit(struct semaphore *self, PyObject *const *Py_UNUSED(args), Py_ssize_t nargs)
{
    if (nargs != 3) {
        PyErr_Format(PyExc_TypeError, "__exit__() takes 3 arguments, not %zd", nargs);
        return NULL;
    }
    if (!is_derived(self)) {
        return release_units(self, 1);
    }
    PyObject *result = PyObject_CallMethod((PyObject *)self, "release", NULL);
    if (result == NULL) {
        return NULL;
    }
    Py_DECREF(result);
    Py_RETURN_NONE;
}

static PyObject *
semaphore_repr(struct semaphore *self)
{
    long long value = self->value;
    return _PyPlus_Describe((PyObject *)self, PyUnicode_FromFormat("value=%lld", value));
}

static PyObject *
bounded_repr(struct semaphore *self)
{
    long long value = self->value, initial = self->initial;
    return _PyPlus_Describe((PyObject *)self,
                            PyUnicode_FromFormat("value=%lld/%lld", value, initial));
}

/* --- attributes --- */

static PyObject *
semaphore_get_value(struct semaphore *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLongLong(self->value);
}

static PyObject *
bounded_get_initial(struct semaphore *self, void *Py_UNUSED(closure))
{
    return PyLong_FromLongLong(self->initial);
}

static int
refuse_deletion(PyObject *value)
{
    if (value == NULL) {
        PyErr_SetString(PyExc_AttributeError, "cannot delete attribute");
        return -1;
    }
    return 0;
}

/* Programs do this, and then notify _cond. */
static int
semaphore_set_value(struct semaphore *self, PyObject *value, void *Py_UNUSED(closure))
{
    int64_t units;
    if (refuse_deletion(value) < 0 || to_units(value, &units) < 0) {
        return -1;
    }
    self->value = units;
    offer(self);
    return 0;
}

static int
bounded_set_initial(struct semaphore *self, PyObject *value, void *Py_UNUSED(closure))
{
    return refuse_deletion(value) < 0 ? -1 : to_units(value, &self->initial);
}

static PyObject *
semaphore_get_cond(struct semaphore *self, void *Py_UNUSED(closure))
{
    return _PyPlus_GetCond((PyObject *)self, &self->cond);
}

static int
semaphore_set_cond(struct semaphore *self, PyObject *value, void *Py_UNUSED(closure))
{
    return _PyPlus_SetCond(value, &self->cond);
}

static PyGetSetDef semaphore_getset[] = {
    {"_value", (getter)semaphore_get_value, (setter)semaphore_set_value, NULL},
    {"_cond", (getter)semaphore_get_cond, (setter)semaphore_set_cond, NULL},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, NULL},
    {NULL}
};

static PyGetSetDef bounded_getset[] = {
    {"_initial_value", (getter)bounded_get_initial, (setter)bounded_set_initial, NULL},
    {NULL}
};

/* --- life --- */

static int
init(struct semaphore *self, PyObject *args, PyObject *kwargs, int bounded)
{
    static char *names[] = {"value", NULL};
    int64_t units = 1;
    if (PyTuple_GET_SIZE(args) != 0 || kwargs != NULL) {
        const char *format = bounded ? "|O:BoundedSemaphore" : "|O:Semaphore";
        PyObject *value = NULL;
        if (!PyArg_ParseTupleAndKeywords(args, kwargs, format, names, &value)
            || (value != NULL
                && parse_units(value, 0, "semaphore initial value must be >= 0",
                               &units) < 0))
        {
            return -1;
        }
    }
    self->value = self->initial = units;
    self->bounded = (char)bounded;
    self->ready = 1;
    offer(self);
    return 0;
}

static int
semaphore_init(struct semaphore *self, PyObject *args, PyObject *kwargs)
{
    return init(self, args, kwargs, 0);
}

static int
bounded_init(struct semaphore *self, PyObject *args, PyObject *kwargs)
{
    return init(self, args, kwargs, 1);
}

static int
semaphore_traverse(struct semaphore *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->cond);
    return PyObject_VisitManagedDict((PyObject *)self, visit, arg);
}

static int
semaphore_clear(struct semaphore *self)
{
    Py_CLEAR(self->cond);
    PyObject_ClearManagedDict((PyObject *)self);
    return 0;
}

/* Nobody waits for it: who waits has a reference. */
static void
semaphore_dealloc(struct semaphore *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    PyObject_ClearWeakRefs((PyObject *)self);
    (void)semaphore_clear(self);
    type->tp_free(self);
    Py_DECREF(type);
}

PyDoc_STRVAR(semaphore_acquire_doc,
"acquire($self, /, blocking=True, timeout=None)\n--\n\n\
Take a unit and return True; wait until one is free.\n\
\n\
With blocking false, return False at once if none is free.  With a timeout,\n\
return False if none becomes free within so many seconds.  Signal handlers run\n\
during the wait, and end it if they raise an exception.");

PyDoc_STRVAR(semaphore_release_doc,
"release($self, /, n=1)\n--\n\n\
Make n units free, and let as many threads go on that wait for one.");

PyDoc_STRVAR(bounded_release_doc,
"release($self, /, n=1)\n--\n\n\
Make n units free, and let as many threads go on that wait for one.\n\
\n\
ValueError, and nothing is released, if there would be more than at first.");

PyDoc_STRVAR(semaphore_enter_doc,
"__enter__($self, /, blocking=True, timeout=None)\n--\n\n\
Take a unit.");

PyDoc_STRVAR(semaphore_exit_doc,
"__exit__($self, t, v, tb, /)\n--\n\n\
Release a unit.");

static PyMethodDef semaphore_methods[] = {
    {"acquire", _PyCFunction_CAST(semaphore_acquire), METH_FASTCALL | METH_KEYWORDS,
     semaphore_acquire_doc},
    {"release", _PyCFunction_CAST(semaphore_release), METH_FASTCALL | METH_KEYWORDS,
     semaphore_release_doc},
    {"__enter__", _PyCFunction_CAST(semaphore_acquire), METH_FASTCALL | METH_KEYWORDS,
     semaphore_enter_doc},
    {"__exit__", _PyCFunction_CAST(semaphore_exit), METH_FASTCALL, semaphore_exit_doc},
    {NULL}
};

static PyMethodDef bounded_methods[] = {
    {"release", _PyCFunction_CAST(semaphore_release), METH_FASTCALL | METH_KEYWORDS,
     bounded_release_doc},
    {NULL}
};

PyDoc_STRVAR(semaphore_doc,
"Semaphore(value=1)\n--\n\n\
A number of units that threads take and give back.\n\
\n\
value says how many are free at first.  acquire() takes one and waits if none is\n\
free, release() makes units free.  Threads that wait get them in the order in\n\
which they came, but one that finds a unit free may take it before them, unless\n\
they have waited for 1 ms.");

PyDoc_STRVAR(bounded_doc,
"BoundedSemaphore(value=1)\n--\n\n\
A semaphore that never has more units than at first.\n\
\n\
A release() too many raises ValueError.");

static PyType_Slot semaphore_slots[] = {
    {Py_tp_doc, (void *)semaphore_doc},
    {Py_tp_new, _PyPlus_NewWaitable},
    {Py_tp_init, semaphore_init},
    {Py_tp_dealloc, semaphore_dealloc},
    {Py_tp_traverse, semaphore_traverse},
    {Py_tp_clear, semaphore_clear},
    {Py_tp_repr, semaphore_repr},
    {Py_tp_methods, semaphore_methods},
    {Py_tp_getset, semaphore_getset},
    {0, NULL}
};

static PyType_Slot bounded_slots[] = {
    {Py_tp_doc, (void *)bounded_doc},
    {Py_tp_init, bounded_init},
    {Py_tp_dealloc, semaphore_dealloc},
    {Py_tp_traverse, semaphore_traverse},
    {Py_tp_clear, semaphore_clear},
    {Py_tp_repr, bounded_repr},
    {Py_tp_methods, bounded_methods},
    {Py_tp_getset, bounded_getset},
    {0, NULL}
};

#define FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC \
               | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)

static PyType_Spec semaphore_spec = {
    .name = "threading.Semaphore",
    .basicsize = sizeof(struct semaphore),
    .flags = FLAGS,
    .slots = semaphore_slots,
};

static PyType_Spec bounded_spec = {
    .name = "threading.BoundedSemaphore",
    .basicsize = sizeof(struct semaphore),
    .flags = FLAGS,
    .slots = bounded_slots,
};

int
_PyPlus_AddSemaphores(PyObject *module, PyObject *Py_UNUSED(name))
{
    PyObject *base = PyType_FromModuleAndSpec(module, &semaphore_spec, NULL);
    PyObject *bounded = NULL;
    int result = -1;
    if (base != NULL) {
        bounded = PyType_FromModuleAndSpec(module, &bounded_spec, base);
    }
    if (bounded != NULL
        && PyModule_AddObjectRef(module, "Semaphore", base) == 0)
    {
        result = PyModule_AddObjectRef(module, "BoundedSemaphore", bounded);
    }
    Py_XDECREF(bounded);
    Py_XDECREF(base);
    return result;
}
