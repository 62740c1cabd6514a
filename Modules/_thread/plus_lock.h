#ifndef PLUS_LOCK_H
#define PLUS_LOCK_H

/* What the native lock types share. */

#include "pycore_plus_wait.h"
#include "pycore_pythread.h"      // PyThread_ident_t

/* The arguments of acquire(): blocking=True, timeout=-1.  *timeout: ns, < 0 for
   ever, 0 for a try.  Returns -1 with an exception set, or 0. */
extern int _PyPlus_ParseAcquire(PyObject *const *args, Py_ssize_t nargs,
                                PyObject *kwnames, int64_t *timeout);

/* timeout in seconds, which must not be negative, to ns.  Returns likewise. */
extern int _PyPlus_ParseTimeout(PyObject *seconds, int64_t *timeout);

struct plus_lock {
    PyObject_HEAD
    struct _PyWait_queue lock;
};

/* Taken as often as count says; owner is meaningless while that is 0.  The queue
   can be locked with count 0: it was handed to a thread that is still to come. */
struct plus_rlock {
    PyObject_HEAD
    struct _PyWait_queue lock;
    PyThread_ident_t owner;
    unsigned long count;
    PyObject *weakrefs;
};

static inline int
_PyPlus_RLockIsOwned(const struct plus_rlock *self)
{
    return self->count > 0 && self->owner == PyThread_get_thread_ident_ex();
}

/* Is it of exactly this type? */
extern int _PyPlus_IsLock(PyObject *);
extern int _PyPlus_IsRLock(PyObject *);

/* PY_LOCK_INTR with an exception set.  timeout as for _PyWait_Lock().  The object, a
   borrowed reference, may lose all others while the thread waits. */
extern PyLockStatus _PyPlus_LockAcquire(struct plus_lock *, int64_t timeout);

/* None, or NULL with an exception set if the lock is free. */
extern PyObject *_PyPlus_LockRelease(struct plus_lock *);

/* As for Lock. */
extern PyLockStatus _PyPlus_RLockAcquire(struct plus_rlock *, int64_t timeout);

/* None, or NULL with an exception set if the calling thread has not got it. */
extern PyObject *_PyPlus_RLockRelease(struct plus_rlock *);

/* --- waiting.c --- */

/* How long wait() waits.  poll: not at all. */
struct plus_limit {
    int poll;
    int64_t deadline;
};

/* timeout: None, or a number of seconds.  Returns -1 with an exception set, or 0. */
extern int _PyPlus_ParseLimit(PyObject *timeout, struct plus_limit *);

/* Return a node on the heap, for a wait during which other code runs (see
   pycore_plus_wait.h); PyMem_Free() after _PyWait_Leave().  NULL with an exception
   set if there is no memory. */
extern struct _PyWait_node *_PyPlus_NewNode(void);

/* Sleep on node, which was announced, until it is out of the condition's queue q
   and, if it was moved to the queue of a lock, out of that; until the deadline; or
   until a signal handler raises an exception: then returns -1, else 0. */
extern int _PyPlus_SleepOn(struct _PyWait_queue *q, struct _PyWait_node *,
                           int64_t deadline);

#endif /* !PLUS_LOCK_H */
