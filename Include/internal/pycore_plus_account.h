#ifndef Py_INTERNAL_PLUS_ACCOUNT_H
#define Py_INTERNAL_PLUS_ACCOUNT_H

/* What the GIL's scheduler knows of a thread state: how much it has used the
   GIL, and how.  Part of _PyThreadStateImpl, which starts out as zeros.

   While its thread state holds the GIL, an account is looked at by others with
   sched.lock held and WAITERS set, when the holder cannot leave; otherwise it
   belongs to its own thread.  See plus_policy.h for what the fields mean to the
   policy. */

#include <stdint.h>

enum _PyGIL_class { GIL_CLASS_IO, GIL_CLASS_CPU };

/* What _thread.gil_stats() tells of a thread.  Written while the thread holds
   the GIL, by itself; read by who holds the GIL. */
struct _PyGIL_stats {
    int64_t held_ns;            /* in turns that the scheduler timed: those that
                                   somebody waited in */
    int64_t waited_ns;          /* for the GIL, in all and at most */
    int64_t longest_wait_ns;
    int64_t takes;              /* all, of which ... */
    int64_t takes_spun;         /* ... got it while they spun, and ... */
    int64_t takes_parked;       /* ... after they had slept ... */
    int64_t parks;              /* ... so often, of which ... */
    int64_t parks_timed_out;    /* ... to a deadline of the scheduler's */
    int64_t invitations;        /* its releases and yields that woke a waiter */
    int64_t lends;              /* its releases that woke nobody on purpose */
    int64_t asked_to_yield;
    int64_t yields;
    int64_t demotions;          /* was put back among the CPU waiters */
    int64_t longest_atomic_ns;  /* for which it did not yield when asked to, because
                                   it was atomic */
};

struct _PyGIL_account {
    int64_t vtime;              /* GIL time used, ns, on the GIL's virtual clock: that
                                   of the OS thread, which may have several thread
                                   states, one after the other or in turns */
    int begun;                  /* vtime is set */
    int64_t slice_used;         /* of the current time slice; ns */
    int64_t turn_start;         /* CLOCK_MONOTONIC, ns; 0: not known, since the
                                   fast path does not look at the clock */
    enum _PyGIL_class class;    /* of its last wait in the slow path */
    int lends;                  /* has lent the GIL since then */
    const void *release_site;   /* the place in the code that is about to release
                                   the GIL in this turn, or NULL */
    struct _PyGIL_stats stats;
};

#endif /* !Py_INTERNAL_PLUS_ACCOUNT_H */
