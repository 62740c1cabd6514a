/* The state of the GIL: pycore_plus_gil.h.  Threads are 1 to THREADS. */

#define NOBODY 0

/* State word: 0, T(t), T(t) + WAITERS, WAITERS. */
#define WAITERS   1
#define T(t)      (2 * (t))
#define holder_of (word / 2)

/* Classes. */
#define IO  0
#define CPU 1

#define SLOTS 3                 /* of one ready queue */

/* Guards as in struct _PyGIL_waiter. */
typedef Waiter {
    bit queued, class, parked, armed, orphan, yielded;
    bit same_turn;              /* yield_turn == sched->turns */
    byte permits;               /* of its parker */
    byte setbacks               /* policy.pml */
}

typedef Tstate {
    bit valid;                  /* not freed */
    bit must_exit;              /* _PyThreadState_MustExit() */
    bit drop_request, calls_to_do;      /* bits of eval_breaker */
    bit asked;                  /* what drop_request should be */
    bit on;                     /* in an atomic block, which puts off ... */
    bit request_put_off, calls_put_off  /* ... these */
}

Waiter waiter[4];
Tstate tstate[4];

byte word;
bit lock;
byte ready[6];                  /* SLOTS for each class, the first one first */
byte queued, watchers;
byte lent_by;

byte locked;                    /* gil->locked: who has come back from take_gil() */
bit wants[4];                   /* in take_gil(), or on the way there by a yield */
bit ceded[4];                   /* has yielded, and nobody else had the GIL since */
bit gone[4];                    /* not there in the child of a fork */
bit exited[4];                  /* its waiter, thread-local, is gone */
bit pending, told;              /* a pending call; the holder was told of it */
bit interrupt;                  /* a signal handler may run in thread 1 */

hidden byte i_;                 /* used within one d_step */

/* What must always hold.  -DPROMISES=n looks at some of it only. */
#define EXCLUSION    1          /* one thread at a time has the GIL */
#define WATCHED      2          /* a queue has WAITERS set, and its watchers (G6) */
#define PERMITS      4          /* every Unpark meets one Park */
#define THREAD_STATE 8          /* nobody touches a thread state that is gone */
#define REQUEST     16          /* no drop request is lost */
#define CEDED       32          /* a yield lets another thread run */
#define SIGNALLED   64          /* the holder knows of pending calls */
#define QUEUES     128          /* a waiter is queued once */
#define ATOMIC     256          /* an atomic block is not interrupted */
#define UNASKED    512          /* a thread yields when it was asked to only */
#ifndef PROMISES
#define PROMISES   1023
#endif
#define promise(which, x) assert(!(PROMISES & which) || (x))

#define touch(t) promise(THREAD_STATE, tstate[t].valid)

/* A critical section is one step, unless we look closer. */
#ifdef FINE
#define CRITICAL
#else
#define CRITICAL atomic
#endif

inline lock_sched() {
    d_step { !lock -> lock = true }
}

inline unlock_sched() {
    d_step {
        promise(WATCHED, queued == 0 || (word & WAITERS));
        promise(WATCHED, queued == 0 || watchers > 0);
        promise(WATCHED, ready[0] == NOBODY || !waiter[ready[0]].parked
                         || waiter[ready[0]].armed);
        lock = false
    }
}

inline mark_contended() {
    word = word | WAITERS
}

inline set_word(t) {
    d_step { word = T(t) | (queued > 0 -> WAITERS : 0) }
}

/* --- the ready queues --- */

#define first_waiter ready[(ready[0] == NOBODY) * SLOTS]

inline enqueue(at_head) {
    d_step {
        promise(QUEUES, !waiter[self].queued);
        waiter[self].queued = true;
        i_ = waiter[self].class * SLOTS;
        if
        :: at_head ->
            ready[i_ + 2] = ready[i_ + 1];
            ready[i_ + 1] = ready[i_]
        :: else ->
            do
            :: ready[i_] != NOBODY -> i_++
            :: else -> break
            od
        fi;
        ready[i_] = self;
        i_ = 0;
        queued++;
        watchers++;
        if
        :: waiter[self].class == IO || at_head -> set_back_cpu()
        :: else
        fi
    }
}

inline dequeue(t) {
    d_step {
        promise(QUEUES, waiter[t].queued && !waiter[t].parked);
        i_ = waiter[t].class * SLOTS;
        do
        :: ready[i_] != t -> i_++
        :: else -> break
        od;
        do
        :: i_ % SLOTS != SLOTS - 1 -> ready[i_] = ready[i_ + 1]; i_++
        :: else -> break
        od;
        ready[i_] = NOBODY;
        i_ = 0;
        waiter[t].queued = false;
        queued--;
        watchers--
    }
}

inline wake(t) {
    d_step {
        if
        :: t != NOBODY && waiter[t].parked ->
            owed = t;
#ifndef BROKEN_WAKE
            waiter[owed].parked = false;
#endif
            watchers = watchers + (1 - waiter[owed].armed);
            waiter[owed].armed = false
        :: else
        fi
    }
}

/* K1 */
inline keep_watch() {
    if
    :: watchers == 0 -> wake(first_waiter)
#ifndef BROKEN_FIRST
    :: watchers > 0 && ready[0] != NOBODY && !waiter[ready[0]].armed -> wake(ready[0])
#endif
    :: else
    fi
}

/* D4 */
inline unpark() {
    d_step { owed != NOBODY ->
        promise(PERMITS, waiter[owed].permits == 0 && !exited[owed]);
        waiter[owed].permits = 1;
        owed = NOBODY
    }
}

inline unpark_if_owed() {
    if
    :: unpark()
    :: else
    fi
}

inline forget_waiter(t) {
    waiter[t].queued = false;
    waiter[t].class = IO;
    waiter[t].parked = false;
    waiter[t].armed = false;
    waiter[t].orphan = false;
    waiter[t].yielded = false;
    waiter[t].same_turn = false;
    waiter[t].permits = 0;
    waiter[t].setbacks = 0
}
