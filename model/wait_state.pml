/* What locks and conditions, and the threads that wait for them, consist of: words of
   pycore_plus_wait.h; the promises. */

#define NOBODY 0

/* Lists of threads, the first one first: the two queues; who wants the GIL; who
   came to wait for the condition, and was neither notified nor gave up. */
#define COND  0
#define LOCK  1
#define WANTS_GIL 2
#define CAME  3
#define SLOTS 4                 /* of one list; the last one stays free */

/* States of a node. */
#define OUT      0
#define QUEUED   1
#define NOTIFIED 2
#define WOKEN    3
#define HANDED   4

/* Why a thread came back. */
#define READIED     1
#define TIMED_OUT   2
#define INTERRUPTED 3

/* What a thread is at. */
#define FREE    0               /* no lock, wants none */
#define WANTS   1               /* the lock */
#define WAITS   2               /* for the condition */
#define HANDLES 3               /* runs signal handlers in the midst of that */
#define OWNS    4               /* the lock */

typedef Node {
    byte state;
    bit queue;                  /* where it is, or was granted */
    byte losses                 /* came for the lock and found it taken */
}

typedef Waiter {
    bit sleeping, ready, parked;
    byte permits                /* of its parker */
}

Node node[4];
Waiter waiter[4];
byte list[16];
bit locked, woken, handed;
byte gil;
byte setbacks;                  /* the first one that wants it was overtaken */

/* What really happened, to compare with. */
byte owner;                     /* of the lock: who took it, or was handed it */
bit due[4];                     /* was notified while it waited, has not returned */
bit wants[4];                   /* the lock, without a time-out */
bit ended[4];
bit interrupt;                  /* a signal for thread 1 may come */
byte put_off;                   /* used by BROKEN_DEFER */

#ifdef FINE
#define WITH_GIL
#else
#define WITH_GIL atomic
#endif

hidden byte i_;                 /* used within one d_step */

/* What must always hold.  -DPROMISES=n looks at some of it only. */
#define EXCLUSION 1             /* one thread at a time owns the lock, which is locked
                                   then and only then */
#define LOST      2             /* who was notified does not return as if not */
#define STOLEN    4             /* who returns as notified was, while it waited */
#define ORDER     8             /* the first one to come is notified first */
#define LEFT     16             /* who does not wait has no node in a queue */
#define WAKER    32             /* who waits for the lock will be told: it is locked,
                                   or a waiter is woken, and then it comes */
#define PERMITS  64             /* every Unpark meets one Park */
#define READY   128             /* nobody is made ready twice */
#ifndef PROMISES
#define PROMISES 255
#endif
#define promise(which, x) assert(!(PROMISES & which) || (x))

#define first(q) list[(q) * SLOTS]

/* Within a d_step. */
inline append(q, t) {
    i_ = (q) * SLOTS;
    do
    :: list[i_] != NOBODY -> i_++
    :: else -> break
    od;
    list[i_] = t;
    i_ = 0
}

/* Likewise: t goes out of the list, if it is there. */
inline remove(q, t) {
    i_ = (q) * SLOTS;
    do
    :: list[i_] != t && i_ % SLOTS != SLOTS - 1 -> i_++
    :: else -> break
    od;
    do
    :: i_ % SLOTS != SLOTS - 1 -> list[i_] = list[i_ + 1]; i_++
    :: else -> break
    od;
    i_ = 0
}

#define granted(t) (node[t].state == WOKEN || node[t].state == HANDED)
#define waker_ok ((first(LOCK) == NOBODY || locked || woken) \
        && woken == (granted(1) || granted(2) || granted(3)))
#define in_queue(t) (list[0] == t || list[1] == t || list[2] == t \
        || list[4] == t || list[5] == t || list[6] == t)
