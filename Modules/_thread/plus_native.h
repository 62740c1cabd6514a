#ifndef PLUS_NATIVE_H
#define PLUS_NATIVE_H

/* Condition, Event, Semaphore and BoundedSemaphore, done in C.

   The classes are CPython's, as Lib/threading.py makes them, and so are their
   functions.  Each class has a base in C, so that an object has room for a wait queue.
   An object is

     native  its state is in the C struct, and the functions of its class are done in C;
     plain   its state is in its __dict__, and they run CPython's Python code.

   __init__() makes an object native if nobody can tell the difference: class and module
   are as they were imported, the lock is ours, the numbers are plain numbers.  All zeros,
   as an object is before __init__(), is plain.
     A native object becomes plain (plain.c) when a program looks into it: reads _cond or
   __dict__, writes _value, copies it; or does what C does not know: replaces a function
   that another one calls, gives an odd argument.  Threads that wait in it wait on.  It
   stays plain until it is initialized again with an empty __dict__.

   How a function is done in C: a function object has a pointer to what its calls run
   (PEP 590; PyFunction_SetVectorcall()).  Ours does the work if the object is native and
   the call a usual one; else it runs the function's own code.  That is never wrong: if it
   is the class or the object that is not as it was made, the object becomes plain first;
   if it is the call, the code asks the object for attributes that a native one has not
   got, and so makes it plain.

   Everything here belongs to who has the GIL; struct _PyWait_queue has its own rules
   (pycore_plus_wait.h). */

#include <math.h>

#include "pycore_function.h"      // _PyFunction_Vectorcall()
#include "pycore_long.h"          // _PyLong_GetZero()
#include "pycore_object.h"        // _PyObject_GetManagedDict()

#include "plus_lock.h"
#include "plus_module.h"

struct plus_family;

/* What the C structs of all objects begin with. */
struct plus_native {
    PyObject_HEAD
    struct _PyWait_queue waiters;
    struct plus_family *family;     /* owned; NULL: the object is plain */
};

/* A name of a class that must be as it was made, for C to do what Python would do. */
struct plus_member {
    const char *name;
    vectorcallfunc function;        /* of ours; NULL: an attribute of attributes.c */
    int of_others;                  /* not used by its functions through self, but by
                                       other classes, or by one function alone */
    vectorcallfunc or_function;     /* likewise ours, or NULL */
};

/* One per C struct. */
struct plus_kind {
    int index;                      /* below PLUS_KINDS */
    destructor dealloc;             /* by which the C base is known */
    const struct plus_member *members;      /* ends with a name of NULL */
    /* Put the state into dict and hand the waiters over.  Returns -1 with an exception
       set, and then the object is still native, or 0.  Runs no other code. */
    int (*fill)(struct plus_native *, PyObject *dict);
    void (*forget)(struct plus_native *);   /* the C struct's own references; or NULL */
};

/* Places among the members. */
enum {
    CONDITION_LOCK, CONDITION_WAITERS, CONDITION_ACQUIRE, CONDITION_RELEASE,
    CONDITION_RELEASE_SAVE, CONDITION_ACQUIRE_RESTORE, CONDITION_IS_OWNED,
};
enum { EVENT_FLAG, EVENT_COND };
enum { SEMAPHORE_RELEASE, SEMAPHORE_VALUE, SEMAPHORE_COND, SEMAPHORE_INITIAL_VALUE };

extern const struct plus_kind _PyPlus_ConditionKind, _PyPlus_EventKind,
                              _PyPlus_SemaphoreKind;

/* All of them, each at its index. */
extern const struct plus_kind * const _PyPlus_Kinds[PLUS_KINDS];

/* --- family.c --- */

/* Global names of threading that the classes use. */
enum plus_global {
    GLOBAL_ALLOCATE_LOCK,
    GLOBAL_LOCK,
    GLOBAL_RLOCK,
    GLOBAL_CRLOCK,
    GLOBAL_CONDITION,
    GLOBAL_TIME,
    GLOBAL_DEQUE,
};
#define GLOBAL_COUNT PLUS_GLOBALS

#define PLUS_KNOWN 32

/* The classes of one execution of threading.py; a program may have several. */
struct plus_family {
    PyObject_HEAD
    PyObject *module;               /* _thread */
    PyObject *globals;              /* of threading; its name _native is the family */
    PyObject *wait;                 /* the Python function that threads sleep in; see
                                       threading.py.ed */
    PyObject *made[GLOBAL_COUNT];   /* values of those names when it was made */
    /* Types that were looked at, by their version, which changes with each change of
       them; version 0 is none. */
    struct {
        unsigned version;
        char flags;
    } known[PLUS_KNOWN];
};

/* Flags of a type. */
#define PLUS_OWN 1                  /* what its functions use through self is ours */
#define PLUS_ALL 2                  /* all of its members are */

/* Is what is found in the type and in the object's __dict__ what Python finds?  Runs no
   code. */
extern int _PyPlus_FindsAttributes(PyTypeObject *);

/* The flags of the type; they are remembered by its version.  Runs no code. */
extern int _PyPlus_LookAtType(struct plus_family *, PyTypeObject *,
                              const struct plus_kind *);

static inline int
_PyPlus_TypeIs(struct plus_family *family, PyTypeObject *type,
               const struct plus_kind *kind, int flag)
{
    unsigned version = type->tp_version_tag;
    int flags = version != 0 && family->known[version % PLUS_KNOWN].version == version
              ? family->known[version % PLUS_KNOWN].flags
              : _PyPlus_LookAtType(family, type, kind);
    return (flags & flag) != 0;
}

/* Is the global name of threading what it was? */
extern int _PyPlus_IsAsMade(const struct plus_family *, enum plus_global);

/* The class Condition is as it was made: others may do without one. */
static inline int
_PyPlus_ConditionsAreOurs(struct plus_family *family)
{
    return _PyPlus_TypeIs(family, (PyTypeObject *)family->made[GLOBAL_CONDITION],
                          &_PyPlus_ConditionKind, PLUS_ALL);
}

/* The family for self, which function, its __init__(), is to make native; borrowed.
   NULL, without an exception, if it cannot be. */
extern struct plus_family *_PyPlus_FamilyFor(PyObject *self, PyObject *function,
                                             const struct plus_kind *);

/* Has the native object an attribute of its own in the place of a function of its class?
   Then it is plain now, if there is memory for that. */
extern int _PyPlus_IsOverridden(struct plus_native *, const struct plus_kind *);

/* The name of a member, interned; borrowed. */
static inline PyObject *
_PyPlus_Name(const struct plus_types *types, const struct plus_kind *kind, int member)
{
    return PyTuple_GET_ITEM(types->member_names[kind->index], member);
}

/* The C base of the kind among the bases of type, or NULL. */
static inline PyTypeObject *
_PyPlus_BaseOf(PyTypeObject *type, const struct plus_kind *kind)
{
    while (type != NULL && type->tp_dealloc != kind->dealloc) {
        type = type->tp_base;
    }
    return type;
}

/* Make the object plain, if it is native.  Returns -1 with an exception set, and the
   object is as it was, or 0.  Runs no other code. */
extern int _PyPlus_MakePlain(struct plus_native *, const struct plus_kind *);

/* The same; if there is no memory, the next look at the object will tell. */
extern void _PyPlus_TryToMakePlain(struct plus_native *, const struct plus_kind *);

/* The object if it is native, of this kind, and its class is as it was made; or NULL, and
   then it is of another kind or plain, if there is memory for that.  Without an exception
   in either case. */
static inline struct plus_native *
_PyPlus_Native(PyObject *object, const struct plus_kind *kind)
{
    PyTypeObject *type = Py_TYPE(object);
    if (_PyPlus_BaseOf(type, kind) == NULL) {
        return NULL;
    }
    struct plus_native *self = (struct plus_native *)object;
    if (self->family == NULL) {
        return NULL;
    }
    if (!_PyPlus_TypeIs(self->family, type, kind, PLUS_OWN)) {
        _PyPlus_TryToMakePlain(self, kind);
        return NULL;
    }
    return self;
}

/* The same for self of a call that has no other argument. */
static inline struct plus_native *
_PyPlus_Only(PyObject *const *args, size_t nargsf, PyObject *kwnames,
             const struct plus_kind *kind)
{
    return PyVectorcall_NARGS(nargsf) == 1 && kwnames == NULL
         ? _PyPlus_Native(args[0], kind) : NULL;
}

/* The arguments of a call but self, by their names, of which there are n; values that
   are not given stay as they are.  Returns 0 if the call is not a usual one. */
extern int _PyPlus_Arguments(PyObject *const *args, size_t nargsf, PyObject *kwnames,
                             const char *const *names, int n, PyObject **values);

/* What a plain object has for an attribute of its kind, which is kind->members[member];
   borrowed.  NULL, without an exception, if it has none, is native, or Python would look
   elsewhere. */
extern PyObject *_PyPlus_PlainValue(PyObject *, const struct plus_kind *, int member);

/* None, or a number of seconds that C reads as Python does. */
static inline int
_PyPlus_IsUsualTimeout(PyObject *timeout)
{
    return timeout == Py_None
        || (PyLong_CheckExact(timeout) && _PyLong_IsCompact((PyLongObject *)timeout))
        || (PyFloat_CheckExact(timeout) && !isnan(PyFloat_AS_DOUBLE(timeout)));
}

/* --- plain.c --- */

/* A list of as many locks, taken, as threads wait in the object: each stands for one,
   as in CPython.  NULL with an exception set. */
extern PyObject *_PyPlus_WaitersLocks(struct plus_native *);

/* Release the first n locks of the list, or all, which notifies those waiters, and take
   them out.  Returns a list of them, or NULL with an exception set. */
extern PyObject *_PyPlus_Notify(PyObject *locks, Py_ssize_t n);

/* A list of pairs of such a lock and the condition in whose _waiters it is.  NULL with an
   exception set. */
extern PyObject *_PyPlus_Gifts(PyObject *locks, PyObject *cond);

/* Give each waiter its pair, so that it goes on to wait for the lock. */
extern void _PyPlus_HandOver(struct plus_native *, PyObject *gifts);

/* Put into dict what a plain condition with this lock has; locks: of its waiters. */
extern int _PyPlus_FillCondition(struct plus_family *, PyObject *dict, PyObject *lock,
                                 PyObject *locks);

/* A plain condition, with a new Lock, for _cond. */
extern PyObject *_PyPlus_NewPlainCondition(struct plus_family *, PyObject *locks);

/* The object became plain while the current thread slept in it and was given this pair:
   wait for the lock until the deadline.  Returns whether it was released, or -1 with an
   exception set. */
extern int _PyPlus_WaitForGift(PyObject *gift, int64_t deadline);

/* The same, and takes the reference to gift, for a thread that slept in what is now made
   of the condition.  Then takes the condition's lock once and lets it go, as who leaves
   CPython's wait() does.  If an exception is set it does not wait.  Returns likewise. */
extern int _PyPlus_WaitForGiftIn(PyObject *gift, int64_t deadline);

/* Take the lock, which nobody released, out of the condition's _waiters; an exception
   that is set stays. */
extern void _PyPlus_ForgetGift(PyObject *gift);

/* --- attributes.c --- */

/* These two are static, and outlive the types.

   An attribute of CPython's class.  A native object makes it of what it has (get), or
   becomes plain; a plain one has it in its __dict__. */
struct plus_field {
    const char *name;
    const struct plus_kind *kind;
    PyObject *(*get)(struct plus_native *);     /* new reference; or NULL: none */
};

/* A method of its lock that a plain condition has in its __dict__. */
struct plus_lock_method {
    const char *name;
    PyObject *(*call)(PyObject *self, PyObject *const *args, Py_ssize_t nargs,
                      PyObject *kwnames);       /* self is native */
};

/* Make a C base with these attributes, and add it to the module.  The arrays end with a
   name of NULL; methods may be NULL.  Returns -1 with an exception set, or 0. */
extern int _PyPlus_AddBase(PyObject *module, PyType_Spec *, const struct plus_field *,
                           const struct plus_lock_method *);

#define PLUS_NATIVE_FLAGS \
    (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC \
     | Py_TPFLAGS_MANAGED_DICT | Py_TPFLAGS_MANAGED_WEAKREF)

/* Add one to a class.  Returns likewise. */
extern int _PyPlus_AddField(PyTypeObject *, const struct plus_types *,
                            const struct plus_field *);

/* The attribute _initial_value of BoundedSemaphore. */
extern const struct plus_field _PyPlus_InitialValue;

/* Is value, as found in a class, an attribute that was added so? */
extern int _PyPlus_IsAttribute(PyObject *value);

/* What shows all attributes, and so makes the object plain: __dict__ and __getstate__().
   For each C base. */
extern PyGetSetDef _PyPlus_DictGetSet[];
extern PyMethodDef _PyPlus_StateMethods[];

/* Is value, as found in a class for __dict__, of that array? */
extern int _PyPlus_IsDictGetSet(PyObject *value);

/* The lock of a native condition; borrowed. */
extern PyObject *_PyPlus_LockOf(struct plus_native *);

/* --- condition.c, event.c, semaphore.c: the functions, and sleeping --- */

/* {name of the class, name of the function, what does it} */
struct plus_function {
    const char *class_name, *name;
    vectorcallfunc call;
};

extern const struct plus_function _PyPlus_ConditionFunctions[], _PyPlus_EventFunctions[],
                                  _PyPlus_SemaphoreFunctions[];

/* Sleep in the native object until what function waits for has come; called by the
   family's function wait.  NULL with an exception set. */
extern PyObject *_PyPlus_ConditionSleep(PyObject *self, PyObject *timeout,
                                        PyObject *function);
extern PyObject *_PyPlus_EventSleep(PyObject *self, PyObject *timeout, PyObject *function);
extern PyObject *_PyPlus_SemaphoreSleep(PyObject *self, PyObject *timeout,
                                        PyObject *function);

/* Does C do the function by that? */
extern int _PyPlus_IsConditionWait(PyObject *function);
extern int _PyPlus_IsEventWait(PyObject *function);
extern int _PyPlus_IsSemaphoreAcquire(PyObject *function);

/* Run the function's own code instead. */
static inline PyObject *
_PyPlus_RunPython(PyObject *function, PyObject *const *args, size_t nargsf,
                  PyObject *kwnames)
{
    return _PyFunction_Vectorcall(function, args, nargsf, kwnames);
}

/* Call the family's function wait, so that the thread sleeps in a frame of Python. */
static inline PyObject *
_PyPlus_Sleep(struct plus_native *self, PyObject *timeout, PyObject *function)
{
    PyObject *args[] = {(PyObject *)self, timeout, function};
    return PyObject_Vectorcall(self->family->wait, args, 3, NULL);
}

/* --- life, the same for all --- */

static inline int
_PyPlus_VisitNative(struct plus_native *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->family);
    return PyObject_VisitManagedDict((PyObject *)self, visit, arg);
}

/* What the C struct has beside must be gone before. */
static inline void
_PyPlus_ClearNative(struct plus_native *self)
{
    Py_CLEAR(self->family);
    PyObject_ClearManagedDict((PyObject *)self);
}

#endif /* !PLUS_NATIVE_H */
