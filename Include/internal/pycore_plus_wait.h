#ifndef Py_INTERNAL_PLUS_WAIT_H
#define Py_INTERNAL_PLUS_WAIT_H

/* Wait queues of the GIL's scheduler, and the lock that is made of one.

   Locks and conditions of Python are used with the GIL held, so the GIL guards
   their state.  To wake a waiter means to move it to the GIL's ready queue
   (wait morphing): its OS thread sleeps on until the GIL comes to it, or until
   the scheduler wants it to watch.  Words: see pycore_plus_gil.h, and

     node      a wait of a thread.  A signal handler that runs during a wait may
               wait for something else, so a thread has a list of nodes.
     sleeper   a thread that gave the GIL up to wait on one of its nodes, and has
               not noticed yet that it need not wait any more.
     readied   a sleeper that was moved to the ready queue.

   States of a node
     OUT       in no queue.
     QUEUED    in the queue `queue`.  Whoever takes it out decides its fate.
     NOTIFIED  taken out of a condition's queue: the wait is over.
     WOKEN     taken out of a lock's queue: the lock was free at that moment, and
               the thread may try to take it.  `queue` has the bit WOKEN, and
               wakes nobody else until the thread has come.
     HANDED    taken out likewise, and the lock was left locked for the thread:
               `queue` has the bit HANDED as well.  Another one may release the lock
               before the thread has come, which takes that bit away.  It wakes
               nobody, for `queue` has WOKEN: the thread itself then wakes the
               next one when it comes (_PyWait_WasHanded()).
     A semaphore (Modules/_thread/semaphore.c) uses its queue as a lock's, but what is
     handed is a unit, which belongs to the node, not to the queue: node->unit.
   Only its own thread brings a node into a queue, and back to OUT; only
   _PyWait_Notify() brings it from one queue to another.  A node is in the queue
   of a lock, or WOKEN or HANDED, only as long as its thread does nothing but
   sleep and come back: before it runs handlers, it leaves.

   Where a node lies
     On the stack, if its thread does nothing but sleep from _PyWait_Enter() to
     _PyWait_Leave().  Otherwise on the heap: handlers may be greenlets that switch
     to another one, and then the stack of the wait holds something else until the
     thread switches back.  Meanwhile others may wake
     the node, and so read and write it.
     For the same reason waits of a thread need not end in the reverse order, and a
     thread sleeps on the node that it has announced, not on the newest one.  A
     greenlet that is never switched to again leaves its node behind; that goes with
     the thread state.

   Word of a queue: the first node of a ring, and three bits that are for locks.
     LOCKED    changed by who has the GIL, without the lock.
     HANDED    it is LOCKED for a node that has not come, and nobody has released it
               since.  Or, without WOKEN: a semaphore's unit was handed to a thread that
               will not come; _PyWait_TakeUnit() takes it away, with the GIL, for nobody
               else changes it then.  Set under sched.lock.  Taken away by the release, as LOCKED is;
               under sched.lock, when the node's thread comes; or when that thread ends,
               without the GIL, in one step with LOCKED, if it is still there.
     WOKEN, and the pointer: changed under sched.lock.
   0 and LOCKED alone belong to who has the GIL: taking and releasing are a test
   and a store.  Other words are changed by atomic operations.

   Guards.  A queue is read with the GIL.  It is changed with the GIL held *and*
   under sched.lock of that GIL, because a thread that must end at finalization
   has to take its nodes away without the GIL: its stack goes.  Such a thread
   passes a wake-up on.

   No wake-up is lost
     Who waits: with the GIL, queues its node and announces that it sleeps;
                releases the GIL; under sched.lock, marks itself parked unless it
                was readied; then it sleeps.
     Who wakes: with the GIL, under sched.lock, takes the node out, and if its
                thread has announced to sleep on it, puts the thread into the
                ready queue, where it is invited as any other.
     Who wakes cannot come before the announcement, for want of the GIL.  Who
     wakes after it finds the announcement, and the sleeper finds that it was
     readied, for both look under the lock.
     Time-out and signal: the thread takes back the announcement under the lock,
     takes the GIL, and then _PyWait_Leave() tells in what state its node was.
     Nothing else decides: a wake-up that came meanwhile is in the state. */

#ifndef Py_BUILD_CORE
#  error "this header requires Py_BUILD_CORE define"
#endif

#include <stdint.h>
#include "pycore_plus_gil.h"
#include "pycore_plus_parker.h"    // PARKER_FOREVER

/* All zeros: an unlocked lock, a condition without waiters. */
struct _PyWait_queue {
    uintptr_t word;
};

#define WAIT_LOCKED ((uintptr_t)1)
#define WAIT_WOKEN ((uintptr_t)2)
#define WAIT_HANDED ((uintptr_t)4)
#define WAIT_BITS (WAIT_LOCKED | WAIT_WOKEN | WAIT_HANDED)

enum _PyWait_state {
    WAIT_NODE_OUT,
    WAIT_NODE_QUEUED,
    WAIT_NODE_NOTIFIED,
    WAIT_NODE_WOKEN,
    WAIT_NODE_HANDED,
};

/* Guards:  (l) sched.lock, and for changes the GIL as well
            (o) its own thread only */
struct _PyWait_node {
    _Alignas(WAIT_BITS + 1)             /* a pointer leaves room for the bits */
    struct _PyWait_node *next, *prev;   /* (l) the ring */
    struct _PyWait_queue *queue;        /* (l) where it is, or was granted */
    enum _PyWait_state state;           /* (l) */
    int64_t since;                      /* (l) waits since then, which is its place
                                               in a queue; ns */
    struct _PyWait_node *all_next, *all_prev;   /* (l) all nodes of the GIL */
    struct _PyWait_node *older, *newer; /* (o) the nodes of its thread */
    PyObject *gift;                     /* (l) what _PyWait_Give() gave it */
    int unit;                           /* (o) waits for a unit of a semaphore; set before
                                               the node is queued */
    struct _gil_runtime_state *gil;     /* (o) */
    struct _PyGIL_waiter *waiter;       /* (o) its thread */
    PyThreadState *tstate;              /* (o) compared, not followed */
};

/* Why a thread came back. */
enum _PyWait_result {
    WAIT_READIED,
    WAIT_TIMED_OUT,
    WAIT_INTERRUPTED,       /* by a signal, or for no reason */
};

/* All functions are called with the GIL held. */

/* The time that deadlines and `since` are in: ns of CLOCK_MONOTONIC. */
extern int64_t _PyWait_Now(void);

/* --- plus_wait.h, plus_sleep.h: the queues, and sleeping in them --- */

/* Begin a wait, or go on with it: put node, in state OUT, into the queue, after all that
   wait since earlier.  With announce the thread must call _PyWait_Sleep() next, and may
   do nothing in between that runs other code. */
extern void _PyWait_Enter(struct _PyWait_queue *, struct _PyWait_node *, int announce);

/* The same for a lock that was found locked, or a semaphore that had no unit, announced.
   Returns 0, and node is not queued, if it is free now, or has one: a thread that ended
   let it go without the GIL. */
extern int _PyWait_EnterLock(struct _PyWait_queue *, struct _PyWait_node *);

/* Sleep again on node.  Returns 0 if it is not queued any more, else as if
   _PyWait_Enter() had announced it. */
extern int _PyWait_Announce(struct _PyWait_node *);

/* Release the GIL and sleep until readied, until deadline (PARKER_FOREVER for
   none) or a signal; returns with the GIL.  If `interruptible`, the main thread also
   wakes for a signal that came before the sleep, or that another thread got. */
extern enum _PyWait_result _PyWait_Sleep(struct _PyWait_node *, int64_t deadline,
                                         int interruptible);

/* End the wait.  Returns the state that node was in; it is OUT now. */
extern enum _PyWait_state _PyWait_Leave(struct _PyWait_node *);

/* Take up to n nodes out of the condition's queue.  Sleepers go to the queue of
   lock, which is locked, so that they wake up with it; other nodes, and all if
   lock is NULL, become NOTIFIED.  Returns how many were taken out. */
extern Py_ssize_t _PyWait_Notify(struct _PyWait_queue *, struct _PyWait_queue *lock,
                                 Py_ssize_t n);

/* Give item to the first thread of the queue, which ends its wait, with the caller's
   reference: node->gift.  Returns 0, and does nothing, if none waits.  The item is lost if
   the thread ends before it comes, or is not there in the child of a fork.  This one and
   _PyWait_Receive() are exported for the module _queue. */
PyAPI_FUNC(int) _PyWait_Give(struct _PyWait_queue *, PyObject *item);

/* Wait to be given something.  timeout: ns, < 0 for ever.  Returns Py_PARK_OK, or
   Py_PARK_TIMEOUT or Py_PARK_INTR, if nothing was given. */
PyAPI_FUNC(int) _PyWait_Receive(struct _PyWait_queue *, int64_t timeout,
                                PyObject **item);

/* A signal for Python is pending: end an interruptible sleep of the main thread.
   Async-signal-safe; needs no GIL. */
extern void _PyWait_SignalArrived(void);

/* How many nodes there are. */
extern Py_ssize_t _PyWait_Count(const struct _PyWait_queue *);

/* tstate, of the current thread, ends: take away what greenlets have left. */
extern void _PyWait_Forget(PyThreadState *tstate);

/* --- plus_lock.c: locks --- */

/* Take the lock.  timeout: ns, < 0 for ever.  Returns PY_LOCK_ACQUIRED,
   PY_LOCK_FAILURE after the time, or PY_LOCK_INTR with an exception set, which
   only happens if interruptible: then signal handlers run during the wait. */
extern PyLockStatus _PyWait_LockSlow(struct _PyWait_queue *, int64_t timeout,
                                     int interruptible);

/* The same for a wait that began at `since`: without limit, and nothing ends it.  The
   lock is taken when it returns. */
extern void _PyWait_LockAgain(struct _PyWait_queue *, int64_t since);

/* Release a lock that is locked, and has waiters or a woken one.  If it was handed to a
   thread that has just ended, it is free already. */
extern void _PyWait_UnlockSlow(struct _PyWait_queue *);

static inline uintptr_t
_PyWait_Word(const struct _PyWait_queue *q)
{
    return _Py_atomic_load_uintptr_relaxed(&q->word);
}

static inline int
_PyWait_IsLocked(const struct _PyWait_queue *q)
{
    return (_PyWait_Word(q) & WAIT_LOCKED) != 0;
}

/* Barging: who finds the lock free takes it, also past those who wait. */
static inline int
_PyWait_TryLock(struct _PyWait_queue *q)
{
    uintptr_t word = _PyWait_Word(q);
    if (word == 0) {
        _Py_atomic_store_uintptr_relaxed(&q->word, WAIT_LOCKED);
        return 1;
    }
    if (word & WAIT_LOCKED) {
        return 0;
    }
    _Py_atomic_or_uintptr(&q->word, WAIT_LOCKED);
    return 1;
}

static inline PyLockStatus
_PyWait_Lock(struct _PyWait_queue *q, int64_t timeout)
{
    if (_PyWait_TryLock(q)) {
        return PY_LOCK_ACQUIRED;
    }
    return timeout == 0 ? PY_LOCK_FAILURE
                        : _PyWait_LockSlow(q, timeout, /*interruptible=*/1);
}

/* It is locked. */
static inline void
_PyWait_Unlock(struct _PyWait_queue *q)
{
    if (_PyWait_Word(q) == WAIT_LOCKED) {
        _Py_atomic_store_uintptr_relaxed(&q->word, 0);
    }
    else {
        _PyWait_UnlockSlow(q);
    }
}

/* The lock was handed to the current thread, which has come.  Another one may have
   released it in between: then the next waiter is due. */
static inline void
_PyWait_WasHanded(struct _PyWait_queue *q)
{
    if (!_PyWait_IsLocked(q)) {
        (void)_PyWait_TryLock(q);
        _PyWait_Unlock(q);
    }
}

/* A semaphore has a free unit: let the first waiter come, unless one is on its way.  Returns
   1 if the unit was handed to it, for it has waited for longer than FAIR_NS; else 0. */
extern int _PyWait_OfferUnit(struct _PyWait_queue *);

/* Take back the unit that was handed to a thread which has not come: it will look for one
   itself.  Returns the number of units, 0 or 1. */
extern int _PyWait_RecallUnit(struct _PyWait_queue *);

/* Take back the unit, if there is one, that was handed to a thread which did not come.
   Returns the number of units, 0 or 1.  Needs no lock. */
static inline int
_PyWait_TakeUnit(struct _PyWait_queue *q)
{
    if ((_PyWait_Word(q) & (WAIT_HANDED | WAIT_WOKEN)) != WAIT_HANDED) {
        return 0;
    }
    _Py_atomic_and_uintptr(&q->word, ~WAIT_HANDED);
    return 1;
}

#endif /* !Py_INTERNAL_PLUS_WAIT_H */
