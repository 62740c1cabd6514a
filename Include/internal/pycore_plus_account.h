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

struct _PyGIL_account {
    int64_t vtime;              /* GIL time used, ns, on the GIL's virtual clock */
    int64_t slice_used;         /* of the current time slice; ns */
    int64_t turn_start;         /* CLOCK_MONOTONIC, ns; 0: not known, since the
                                   fast path does not look at the clock */
    enum _PyGIL_class class;    /* of its last wait in the slow path */
    int lends;                  /* has lent the GIL since then */
};

#endif /* !Py_INTERNAL_PLUS_ACCOUNT_H */
