#ifndef Py_INTERNAL_PLUS_WAITER_H
#define Py_INTERNAL_PLUS_WAITER_H

/* Waiter: what a thread has for all its waits, in thread-local storage.  Words: see
   pycore_plus_gil.h.

   Apart from that header, which all of CPython includes: only the scheduler itself
   needs to be compiled for another parker. */

#ifndef Py_BUILD_CORE
#  error "this header requires Py_BUILD_CORE define"
#endif

#include "pycore_plus_gil.h"
#include "pycore_plus_parker.h"

/* How long releases at one call site last. */
struct _PyGIL_site {
    const void *address;    /* of the call of PyEval_SaveThread() */
    int64_t average;        /* moving average, ns */
};

#define PLUS_GIL_SITES 16

/* Whether spinning before it parks has paid for a thread lately: see plus_spin.h. */
struct _PyGIL_backoff {
    int failures;           /* in a row */
    int skips;              /* waits to come without spinning */
};

/* Where the account of an OS thread stands at one GIL; a thread state is a copy of it. */
struct _PyGIL_standing {
    uint64_t serial;        /* of the GIL, which may have gone, or 0 */
    int64_t vtime;          /* ns */
};

/* Of so many GILs a thread keeps it: those that charged it last. */
#define PLUS_GIL_STANDINGS 4

/* Guards:  (l) sched.lock of the GIL that the thread waits for
            (o) its own thread only */
struct _PyGIL_waiter {
    struct _PyGIL_waiter *next, *prev;  /* (l) */
    struct _PyGIL_sched *queue; /* (l) where it is queued, or NULL */
    enum _PyGIL_class class;    /* (l) which queue */
    int parked;                 /* (l) asleep, or about to; an Unpark is owed
                                       by whoever clears it */
    int armed;                  /* (l) parked with a deadline */
    int orphan;                 /* (l) the GIL is gone: exit the thread */
    int yielded;                /* (l) this wait began with a yield ... */
    unsigned long yield_turn;   /* (l) ... of the turn with this number */
    int64_t since;              /* (l) when this wait began; ns */
    int64_t vtime;              /* (l) of its account then: while it waits, its
                                       thread state may vanish; ns */
    int yielding;               /* (o) inside _PyThread_yield_GIL() */
    struct _PyGIL_backoff wait_backoff;         /* (o) of waits for the GIL */
    int64_t monitor_period;     /* (l) next time-out as a watcher of lending; ns */
    struct _PyGIL_site *released_at_site;   /* (o) site to be charged, or NULL */
    int64_t released_at;        /* (o) ns */
    struct _PyGIL_site sites[PLUS_GIL_SITES];   /* (o) */
    struct _PyGIL_standing standings[PLUS_GIL_STANDINGS];   /* (o) the last first */
    struct _PyWait_node *nodes; /* (o) its wait queue nodes, the newest first;
                                       see pycore_plus_wait.h */
    struct _PyWait_node *node;  /* (l) the one that it sleeps on, if it does */
    int sleeping;               /* (l) announced to sleep there, not readied yet;
                                       its own thread reads it without the lock */
    int readied;                /* (l) queued by another thread, and does not
                                       know it yet */
    int by_holder;              /* (l) queued by the holder ... */
    unsigned long readied_turn; /* (l) ... of the turn with this number */
    struct _PyGIL_backoff sleep_backoff;        /* (o) of those sleeps */
    int has_parker;             /* (o) */
    struct _PyParker parker;    /* see pycore_plus_parker.h */
};

#endif /* !Py_INTERNAL_PLUS_WAITER_H */
