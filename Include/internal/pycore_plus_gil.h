#ifndef Py_INTERNAL_PLUS_GIL_H
#define Py_INTERNAL_PLUS_GIL_H

/* The I/O-priority GIL: what its parts share.  The theory, the measurements and
   the designs that were rejected are in Doc/gil.md.

   Words
     holder    the thread that has the GIL; waiter: the queue node of a thread
               that wants it, one per OS thread.
     release   the holder gives the GIL up of its own will; yield: because it
               was asked to, by the drop request bit of its eval_breaker.
     turn      from taking the GIL to releasing it.
     I/O, CPU  class of a wait, and of the turns that follow.  Who comes from
               a release is an I/O waiter, unless it has used more than its
               share; who comes from a yield is a CPU waiter.
     invite    to wake a parked waiter because the GIL is free.  An invitation
               is no promise: a thread that is awake may be faster, if the
               policy lets it.
     lend      to release the GIL without inviting anybody, because the release
               is expected to be over before another thread could make use
               of it.
     spin      to look at the word for a moment without the lock instead of
               parking; a spinner is awake, and so a watcher.

   State word (gil->sched.word)
     0            free, nobody waits
     T            held by thread state T, nobody waits
     T | WAITERS  held by T
     WAITERS      free
   Without WAITERS the word is changed by compare-and-swap alone: 0 -> T takes,
   T -> 0 drops.  WAITERS is set and cleared with the lock held, and while it is
   set the word is changed with the lock held only.  It is set while a waiter is
   queued, and for as long as somebody has to rely on the holder being there: a
   holder that wants to release then needs the lock, so its PyThreadState cannot
   vanish under the eyes of whoever holds the lock.
     Harmless: WAITERS set with an empty queue (the next drop takes the slow
     path and clears it).  Forbidden: a queued waiter without WAITERS.

   The end of a GIL: who releases it says so in the word while it still holds the
   lock, and another thread may take the GIL, end its interpreter and free it.  That
   one takes the lock too before it does (destroy_gil() calls _PyGIL_Orphan()), so it
   waits until the lock is let go; and POSIX lets a mutex be freed by whoever has had
   it after that.  After the lock a releaser touches nothing of the GIL, only the
   waiter that it owes an Unpark, which waits for it.

   Locks: gil->sched.lock is a leaf.  No other lock is taken, no memory is
   allocated, and nobody sleeps while it is held.  Unpark is called after it has
   been let go.

   No wake-up is lost
     Who waits: queues itself and sets WAITERS, looks at the word once more,
                then marks itself parked, all under the lock; then it sleeps.
     Who drops: without WAITERS, by a compare-and-swap that fails if WAITERS
                came in between; with it, under the lock, and looks at the queue.
     Both orders are safe: a waiter that queues before the drop is seen by it;
     one that queues after it sees the word free and does not sleep.
     A GIL that is free while somebody is queued always has a watcher: a queued
     thread that is awake (running, spinning or posted), or parked with a
     deadline.  Whoever takes the last watcher away makes another one
     (keep_watch()); lending is allowed only under the eyes of a watcher.

   Who watches
     The first waiter, if it parks as such, and who would leave no watcher park
     with a deadline; a first I/O waiter that sleeps without one is woken to look.
     All others park without, lest a thousand waiters have a thousand timers, but
     for one kind: who was put back among the CPU waiters may ask earlier than
     those before it, and looks after that alone.
     No right to ask the holder is lost: who watches looks when it or the first
     waiter may ask, whichever is earlier, and asks for both.  Every release but a
     loan wakes the first waiter, which then looks at the new holder; after a loan
     the watcher looks within WATCH_MAX_NS.  A waiter behind the first one may ask
     later than that one, or has asked as it came; up to IO_GRANULE_NS earlier if
     the holder made the first one ready, which it does not use.
     Nobody looks again and again at a GIL that is free but kept for a first
     waiter which does not run yet: that one is awake, so it watches. */

#ifndef Py_BUILD_CORE
#  error "this header requires Py_BUILD_CORE define"
#endif

#include <pthread.h>
#include "pycore_plus_account.h"
#include "pythonplus.h"           // _PyThread_yield_GIL()

#ifdef Py_GIL_DISABLED
#  error "PythonPlus schedules the GIL: build it without --disable-gil"
#endif

struct _gil_runtime_state;
struct _PyGIL_waiter;           /* pycore_plus_waiter.h */
struct _PyWait_node;            /* pycore_plus_wait.h */

enum _PyGIL_policy {
    PLUS_GIL_IO,            /* I/O waiters first, fair by GIL time used */
    PLUS_GIL_STOCK,         /* first come first served, a timer, nothing else */
};

/* Guards:  (a) atomic, see the state word; (l) lock */
struct _PyGIL_sched {
    uintptr_t word;                             /* (a) */
    unsigned long turns;                        /* (l) turns of waiters, begun
                                                       or given up; spinners
                                                       read it without the lock */
    pthread_mutex_t lock;
    struct _PyGIL_waiter *head[2], *tail[2];    /* (l) ready queues, by class */
    int queued;                                 /* (l) number of waiters */
    int watchers;                               /* (l) queued, and awake or armed */
    int64_t reference;                          /* (l) virtual time of the hindmost
                                                       of those who want it; ns */
    int64_t newcomers;                          /* (l) where a new thread starts;
                                                       read without the lock; ns */
    uint64_t serial;                            /* of this GIL among all that there
                                                       ever were, from 1 on */
    PyThreadState *lent_by;                     /* (l) free, and expected back;
                                                       compared, not followed */
    int64_t lent_at;                            /* (l) since when; ns */
    int64_t lent_until;                         /* (l) before that time no CPU
                                                       waiter takes it; spinners
                                                       read it without the lock */
    int64_t free_at;                            /* (l) free while wanted since
                                                       then, or 0; ns */
    int64_t wanted_free_ns;                     /* (l) the sum of such times */
    struct _PyGIL_stats ended;                  /* of threads that have ended;
                                                       guarded by the GIL */
    enum _PyGIL_policy policy;                  /* set before the first use */
    int spin;                                   /* likewise: more than one CPU */
    struct _PyWait_node *nodes;                 /* (l) in wait queues, or granted */
};

/* --- plus_gil.c: the mechanism --- */

/* Make the scheduler ready for use; its memory holds anything. */
extern void _PyGIL_Init(struct _PyGIL_sched *, enum _PyGIL_policy);

/* The same in a fork's child, whose only thread calls it. */
extern void _PyGIL_AfterFork(struct _PyGIL_sched *);

/* Every waiter leaves the queue and ends its thread without touching the GIL. */
extern void _PyGIL_Orphan(struct _PyGIL_sched *);

/* Take the GIL, however long that takes; clobbers errno.  Does not return, and
   ends the thread, if tstate must exit. */
extern void _PyGIL_TakeSlow(struct _gil_runtime_state *, PyThreadState *tstate);

/* tstate, a new one, comes for the GIL: its account goes on where that of the current
   OS thread stands, or is that of a newcomer.  Needs no lock. */
extern void _PyGIL_BeginAccount(struct _PyGIL_sched *, PyThreadState *tstate);

/* Release the GIL.  tstate may be NULL if it must not be touched any more.
   final_release: its thread ends, and so do its counters. */
extern void _PyGIL_DropSlow(struct _gil_runtime_state *, PyThreadState *tstate,
                            int final_release);

/* End the current thread, which does not hold the GIL, because finalization has
   begun.  If it has queued itself in a yield, it leaves the queue first. */
extern void _PyGIL_ExitThread(void);

/* Set bit in the eval_breaker of the holder, if that is a thread of interp. */
extern void _PyGIL_SignalHolder(struct _PyGIL_sched *, PyInterpreterState *interp,
                                uintptr_t bit);

/* The thread of tstate, which holds the GIL, ends: what it has counted since the last
   call goes to the counters of those that have ended. */
extern void _PyGIL_KeepStats(struct _PyGIL_sched *, PyThreadState *tstate);

/* Add to sum; of what is the longest, keep the longer one.  Needs no lock. */
extern void _PyGIL_AddStats(struct _PyGIL_stats *sum, const struct _PyGIL_stats *);

/* --- plus_options.c: what the user chose --- */

/* Read our -X options, and for what they do not say our environment variables.
   Called while the configuration is read, before there is a GIL.  An unknown
   value is an error. */
extern PyStatus _PyGIL_Configure(const PyConfig *);

/* The policy for GILs that are created from now on. */
extern enum _PyGIL_policy _PyGIL_Policy(void);
extern const char *_PyGIL_PolicyName(enum _PyGIL_policy);

#endif /* !Py_INTERNAL_PLUS_GIL_H */
