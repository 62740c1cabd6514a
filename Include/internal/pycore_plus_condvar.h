#ifndef Py_INTERNAL_PLUS_CONDVAR_H
#define Py_INTERNAL_PLUS_CONDVAR_H

/* A condition variable made of parkers: with the parker `sem`, the condition
   variable emulated with sem_t.  It does what pthread_cond_t does, and promises
   more:

     - A signal wakes the thread that has waited for the longest; never one that
       begins to wait later.  A broadcast wakes those who wait, and no others.
     - Who returns CONDVAR_SIGNALLED was signalled: there are no spurious wake-ups.
       (Another thread may have had the mutex first, so look again all the same.)
     - A signal is not lost to a waiter that times out or is interrupted at the
       same moment: it then was signalled, and says so.

   An emulation that counts waiters and wakes up on one common semaphore breaks
   the first: who waits again at once takes the permit of who sleeps (Birrell,
   "Implementing Condition Variables with Semaphores", 2003).  Here each thread
   has a parker of its own, and the queue says whose turn it is.

   How to wait, until a deadline, with the mutex m that guards `ready`:

       pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
       struct _PyCondvar_mutex m = _PyCondvar_PthreadMutex(&mutex);

       pthread_mutex_lock(&mutex);
       while (!ready) {
           if (_PyCondvar_WaitUntil(&cv, &m, deadline) == CONDVAR_TIMEOUT) {
               break;
           }
       }
       ... use it, or say that it is late ...
       pthread_mutex_unlock(&mutex);

   and how to signal:

       pthread_mutex_lock(&mutex);
       ready = 1;
       _PyCondvar_SignalUnlock(&cv, &m);

   The mutex: any pair of functions.  All calls for one condition variable are
   made with the same mutex held, signals too (pthread_cond_signal() does not ask
   for that): the mutex guards the queue, so that the queue needs no lock or
   atomics of its own.  lock() must return.  The GIL can be the mutex as long as
   taking it cannot end the thread, which at finalization it may: a waiter that
   went without a word would leave its queue node behind.

   States of a waiter, of which each thread has one, in thread-local storage
     OUT       not in a queue.  Its thread may do with it what it likes; the
               parker holds no permit, and none is due.
     QUEUED    in the queue.  Its thread sleeps, or is about to, or has just come
               back without a permit.  No permit is due.
     SIGNALLED taken out of the queue.  One permit was given, or is on its way, and
               is taken by the thread before the waiter is OUT again: so the waiter
               does not vanish under the hands of who signals.
   OUT -> QUEUED by its own thread, QUEUED -> SIGNALLED by who signals, the others
   back to OUT by its own thread; all with the mutex held.

   No wake-up is lost
     Who waits:   with the mutex, queues its waiter; lets the mutex go; sleeps.
     Who signals: with the mutex, takes the first waiter out; gives it a permit,
                  with the mutex or after it was let go.
     A signal comes before the waiter was queued, then the predicate was set before
     it was looked at; or after it, then the permit waits for the sleep if it is
     early.
     Time-out and interrupt: the thread takes the mutex again, and only then looks
     at the state.  QUEUED: nobody signalled, and nobody can any more; it leaves
     the queue.  SIGNALLED: the permit came late; it is taken before the parker is
     used again, or it would end the next wait too early.

   Cost: one sleep and one wake-up of the OS per wait; no allocation.  Leaving the
   queue does not depend on its length. */

#include <pthread.h>
#include "pycore_plus_parker.h"

enum _PyCondvar_state {
    CONDVAR_WAITER_OUT,
    CONDVAR_WAITER_QUEUED,
    CONDVAR_WAITER_SIGNALLED,
};

/* Guards:  (m) the caller's mutex
            (o) its own thread only */
struct _PyCondvar_waiter {
    struct _PyCondvar_waiter *next, *prev;  /* (m) */
    enum _PyCondvar_state state;            /* (m) */
    int has_parker;                         /* (o) */
    struct _PyParker parker;                /* see pycore_plus_parker.h */
};

/* All zeros: nobody waits. */
struct _PyCondvar {
    struct _PyCondvar_waiter *head, *tail;  /* (m) first come, first served */
};

/* The caller's mutex. */
struct _PyCondvar_mutex {
    void (*lock)(void *);
    void (*unlock)(void *);
    void *arg;
};

enum _PyCondvar_result {
    CONDVAR_SIGNALLED,
    CONDVAR_TIMEOUT,        /* the deadline passed */
    CONDVAR_INTERRUPTED,    /* a signal handler ran.  Who waits again is the last
                               in the queue.  Not reported by the parker `cond`. */
};

/* --- plus_condvar.c; called with the mutex held --- */

extern void _PyCondvar_Init(struct _PyCondvar *);

/* Sleep without the mutex until signalled or interrupted. */
extern enum _PyCondvar_result _PyCondvar_Wait(struct _PyCondvar *,
                                              const struct _PyCondvar_mutex *);

/* The same until a deadline: ns of CLOCK_MONOTONIC, or PARKER_FOREVER.  One that
   has passed lets the mutex go all the same. */
extern enum _PyCondvar_result _PyCondvar_WaitUntil(struct _PyCondvar *,
                                                   const struct _PyCondvar_mutex *,
                                                   int64_t deadline);

/* Wake the first waiter, or all that wait.  Return how many. */
extern int _PyCondvar_Signal(struct _PyCondvar *);
extern int _PyCondvar_Broadcast(struct _PyCondvar *);

/* Signal, and unlock the mutex.  The waiter is woken when the mutex is free: it
   does not wake up only to wait for it, which on one core costs two more switches
   of threads. */
extern int _PyCondvar_SignalUnlock(struct _PyCondvar *, const struct _PyCondvar_mutex *);

/* Nothing is freed, for nothing was allocated.  Nobody may wait: then it returns 0,
   else EBUSY, and does nothing. */
extern int _PyCondvar_Destroy(struct _PyCondvar *);

/* In the child of a fork, whose only thread calls it: nobody waits any more.  No
   mutex is needed. */
extern void _PyCondvar_AfterFork(struct _PyCondvar *);

extern struct _PyCondvar_mutex _PyCondvar_PthreadMutex(pthread_mutex_t *);

#endif /* !Py_INTERNAL_PLUS_CONDVAR_H */
