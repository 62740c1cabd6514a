/* SPIN model of locks and conditions: what the wait queues of the GIL's scheduler
   promise (pycore_plus_wait.h), for every order of steps of a few threads.

   Words and guards are those of pycore_plus_wait.h and pycore_plus_gil.h; the
   inlines carry the names of the functions.  There is one lock and one condition
   that stands on it.  A node is that of a thread: it waits for one thing at a time.

     gil       who has it.  Of the ready queue only this is kept: who wants the GIL
               gets it, whoever the policy prefers for a while (gil.pml proves it);
               whoever releases the GIL invites one who wants it; who is parked
               needs a permit to go on.
     sleeping  announced to sleep, not made ready yet; `ready`: wants the GIL.
     The lock is locked or not; woken: a waiter was told to come and try, or the
     lock was handed to it; handed: that, and nobody has released the lock since.

   No wake-up is lost
     Who waits  W1 with the GIL, queues its node and announces   _PyWait_Enter()
                W2 releases the GIL                              drop_gil()
                W3 unless it is ready by then, parks             _PyWait_Sleep()
     Who wakes  S1 with the GIL, takes the node out              take_node_out()
                S2 makes the sleeper ready                       make_ready()
                S3 releases the GIL, and invites                 drop_gil()
     For want of the GIL S1 comes before W1 or after W2.  The sleeper that has not
     parked sees that it is ready; the one that has, gets a permit.
     Late       L1 takes the announcement back, if it is not ready yet
                L2 takes the GIL
                L3 sees in what state its node is: this decides _PyWait_Leave()

   Who is there: THREADS threads that take the lock, with or without a time-out,
   notify one or all, wait, with or without a time-out, and release it, for ever.
   They may be preempted in between.  With
     -DSIGNALS   a signal handler ends one sleep of thread 1, and may raise
     -DEXITS     threads that want the GIL must end, as at finalization
     -DFOREIGN   a thread may release the lock that another one took or was handed
     -DFINE      each step of a thread that has the GIL is a step of its own; without
                 it, all that it does until it releases the GIL is one step
     -DDEADLINES only threads 1 to n have deadlines
     -DLOSSES    so often a waiter may lose the lock to others before it is handed
                 to it (in the code: a time)
     -DSETBACKS  so often others may get the GIL before it
   -DBROKEN_X breaks one rule; the promise that rests on it must then fail.

   Not modelled: what gil.pml has (word, watchers, lending, an Unpark that comes
   after the lock was let go), foreign locks, recursion, several nodes of one thread
   and where they lie, the child of a fork. */

#ifndef THREADS
#define THREADS 3               /* at most 3 */
#endif
#ifndef DEADLINES
#define DEADLINES THREADS
#endif
#ifndef LOSSES
#define LOSSES 1
#endif
#ifndef SETBACKS
#define SETBACKS 1
#endif

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

/* --- the GIL --- */

#define may_have_gil(t) \
    (waiter[t].ready && (t == first(WANTS_GIL) || setbacks < SETBACKS))

/* Within a d_step. */
inline become_ready(t) {
    promise(READY, !waiter[t].ready);
    waiter[t].ready = true;
    append(WANTS_GIL, t)
}

/* Likewise. */
inline stop_being_ready(t) {
    waiter[t].ready = false;
    if
    :: t == first(WANTS_GIL) -> setbacks = 0
    :: t != first(WANTS_GIL) && setbacks < SETBACKS -> setbacks++
    :: else
    fi;
    remove(WANTS_GIL, t)
}

inline wake(t) {
    d_step {
        if
        :: waiter[t].parked ->
            promise(PERMITS, waiter[t].permits == 0 && !ended[t]);
            waiter[t].parked = false;
            waiter[t].permits++
        :: else
        fi
    }
}

/* S3.  The GIL is free: one who wants it must be awake. */
inline invite() {
    if
    :: may_have_gil(1) -> wake(1)
    :: may_have_gil(2) -> wake(2)
    :: may_have_gil(3) -> wake(3)
    :: first(WANTS_GIL) == NOBODY
    fi
}

inline drop_gil() {
    atomic {
        promise(WAKER, waker_ok);
        promise(EXCLUSION, locked == (owner != NOBODY));
        gil = NOBODY;
        invite()
    }
}

inline take_gil() {
    d_step {
        if
        :: !waiter[self].ready -> become_ready(self)
        :: else
        fi
    };
    do
    :: d_step { !asleep && gil == NOBODY && may_have_gil(self) ->
        stop_being_ready(self);
        gil = self
    };
    break
    :: d_step { !asleep && !(gil == NOBODY && may_have_gil(self)) ->
        waiter[self].parked = true;
        asleep = true
    }
    :: d_step { asleep && waiter[self].permits > 0 ->
        waiter[self].permits--;
        asleep = false
    }
#ifdef EXITS
    :: atomic { !asleep && phase != OWNS ->
        d_step { stop_being_ready(self) };
        if
        :: gil == NOBODY -> invite()
        :: else
        fi
    };
    forget_node();
    goto thread_ends
#endif
    od
}

/* --- the queues --- */

/* Within a d_step. */
inline put_node(q, t, at_head) {
    if
    :: at_head ->
        list[(q) * SLOTS + 2] = list[(q) * SLOTS + 1];
        list[(q) * SLOTS + 1] = first(q);
        first(q) = t
    :: else -> append(q, t)
    fi;
    node[t].state = QUEUED;
    node[t].queue = q
}

inline take_node_out(t) {
    if
    :: node[t].queue == COND -> remove(COND, t)
    :: node[t].queue == LOCK -> remove(LOCK, t)
    fi
}

/* S2 */
inline make_ready(t) {
#ifdef BROKEN_READY
    if
    :: true ->
#else
    if
    :: waiter[t].sleeping ->
#endif
        waiter[t].sleeping = false;
        become_ready(t)
    :: else
    fi
}

/* Sets hand: is the first node of the lock's queue handed the lock? */
inline choose_hand() {
    if
#ifdef BROKEN_HAND
    :: hand = false
#else
    :: node[first(LOCK)].losses < LOSSES -> hand = false
    :: hand = true
#endif
    fi
}

/* Within a d_step. */
inline grant(t, to_hand) {
    take_node_out(t);
    node[t].state = (to_hand -> HANDED : WOKEN);
    woken = true;
    handed = (to_hand);
    if
    :: to_hand -> owner = t
    :: else -> locked = false
    fi;
    make_ready(t)
}

#define _PyWait_TryLock(t) (!locked)

inline believe_to_own_lock() {
    wants[self] = false;
    node[self].losses = 0;
    phase = OWNS
}

inline own_lock() {
    promise(EXCLUSION, owner == NOBODY);
    locked = true;
    owner = self;
    believe_to_own_lock()
}

#ifdef FOREIGN
#define may_release(t) locked
#else
#define may_release(t) (locked && owner == t)
#endif

inline _PyWait_UnlockSlow() {
#if !(defined FOREIGN && defined EXITS)     /* its heir may just have ended */
    promise(EXCLUSION, may_release(self));
#endif
    owner = NOBODY;
    if
    :: woken || first(LOCK) == NOBODY ->
#ifdef EXITS
        skip;                   /* others may end here, without the GIL */
#endif
        d_step { locked = false; handed = false }
    :: else ->
        choose_hand();
#ifdef EXITS
        skip;
#endif
        d_step {
            if
            :: first(LOCK) != NOBODY ->
                other = first(LOCK);
                grant(other, hand)
            :: else -> locked = false
            fi;
            other = NOBODY;
            hand = false
        }
    fi
}

/* --- waiting --- */

/* W1.  A thread that ends may have let the lock go since it was found taken. */
inline _PyWait_Enter(q) {
    d_step {
        promise(LEFT, node[self].state == OUT && !in_queue(self));
        if
#ifndef BROKEN_ENTER
        :: q == LOCK && !locked -> skip
#endif
        :: else ->
#ifdef BROKEN_ORDER
            put_node(q, self, (at_head || q == COND));
#else
            put_node(q, self, at_head);
#endif
#ifndef BROKEN_ANNOUNCE
            waiter[self].sleeping = true
#endif
        fi;
        at_head = false;
        if
        :: q == COND ->
            append(CAME, self)
        :: else
        fi
    }
}

inline enter_lock() {
    _PyWait_Enter(LOCK);
    if
    :: node[self].state == OUT -> deadline = false; own_lock()
    :: else -> deadline = !wants[self]
    fi
}

/* Nobody is there to notify: this is no deadlock. */
#define waits_for_notice(t) (t > THREADS || ended[t] || (waiter[t].sleeping \
        && node[t].state == QUEUED && node[t].queue == COND))
#define all_wait (waits_for_notice(1) && waits_for_notice(2) && waits_for_notice(3))

/* Sets result. */
inline _PyWait_Sleep() {
    drop_gil();                                                         /* W2 */
#ifdef BROKEN_ANNOUNCE
    waiter[self].sleeping = true;
#endif
    if
    :: d_step { waiter[self].sleeping -> waiter[self].parked = true }   /* W3 */
    :: !waiter[self].sleeping -> result = READIED
    fi;
    do
    :: result != 0 -> break
    :: d_step { result == 0 && waiter[self].permits > 0 ->
        waiter[self].permits--;
        result = READIED
    }
    :: result == 0 && deadline -> result = TIMED_OUT
#ifdef SIGNALS
    :: d_step { result == 0 && self == 1 && interrupt ->
        interrupt = false;
        result = INTERRUPTED
    }
#endif
    :: result == 0 && all_wait
    od;
    if
    :: d_step { result != READIED && waiter[self].parked && waiter[self].sleeping ->
        waiter[self].parked = false;
        waiter[self].sleeping = false                                   /* L1 */
    }
    :: d_step { result != READIED && waiter[self].parked && !waiter[self].sleeping ->
        waiter[self].parked = false;
        result = READIED
    }
    :: result != READIED && !waiter[self].parked ->
#ifdef BROKEN_ABSORB
        result = READIED
#else
        d_step { waiter[self].permits > 0 ->
            waiter[self].permits--;
            result = READIED
        }
#endif
    :: result == READIED
    fi;
    deadline = false;
    take_gil()                                                          /* L2 */
}

/* L3.  Sets state, and in the lock's queue or out of it: morphed. */
inline _PyWait_Leave() {
    d_step {
        promise(PERMITS, waiter[self].permits == 0 && !waiter[self].parked);
        state = node[self].state;
        if
        :: state == QUEUED ->
#ifndef BROKEN_LEAVE
            take_node_out(self)
#endif
        :: state == WOKEN || state == HANDED ->
#ifdef BROKEN_STAY
            skip
#else
            woken = false;
            handed = false
#endif
        :: else
        fi;
        morphed = (node[self].queue == LOCK);
        node[self].state = OUT;
        node[self].queue = COND
    }
}

/* Within a d_step.  The lock was released since it was handed to this thread: the next
   waiter is due. */
inline _PyWait_WasHanded() {
    promise(EXCLUSION, may_release(self) || !locked);
#ifndef BROKEN_HEIR
    release = !locked;
#endif
    believe_to_own_lock()
}

/* The sleep for the lock is over. */
inline wait_once_ended() {
    d_step {
        if
#ifdef BROKEN_TAKE
        :: state == HANDED || state == WOKEN || _PyWait_TryLock(self) -> own_lock()
#else
        :: state == HANDED -> _PyWait_WasHanded()
        :: state != HANDED && _PyWait_TryLock(self) -> own_lock()
#endif
        :: else ->
            at_head = (state == WOKEN || (result == INTERRUPTED && early));
            if
            :: state == WOKEN && node[self].losses < LOSSES -> node[self].losses++
            :: else
            fi;
            if
            :: result == TIMED_OUT && !wants[self] ->
                node[self].losses = 0;
                at_head = false;
                phase = FREE;
                promise(LEFT, !in_queue(self))
            :: else
            fi
        fi
    };
    if
    :: release -> release = false; locked = true; _PyWait_UnlockSlow()
    :: else
    fi
}

/* --- the condition --- */

/* Within a d_step. */
inline notify_one() {
    if
    :: first(COND) != NOBODY ->
        other = first(COND);
        promise(ORDER, first(CAME) == other);
        take_node_out(other);
#ifndef BROKEN_DEFER
        remove(CAME, other);
        due[other] = true;
#endif
        if
        :: waiter[other].sleeping && locked -> put_node(LOCK, other, false)
        :: else ->
            node[other].state = NOTIFIED;
            make_ready(other)
        fi;
        other = NOBODY
    :: else
    fi
}

inline _PyWait_Notify(all) {
#ifdef BROKEN_DEFER
    d_step {
        if
        :: first(CAME) != NOBODY ->
            other = first(CAME);
            due[other] = true;
            remove(CAME, other);
            other = NOBODY;
            put_off++
        :: else
        fi
    }
#else
    d_step {
        notify_one();
        if
        :: all -> notify_one(); notify_one()
        :: else
        fi
    }
#endif
}

/* The wait for the condition is over, successfully or not; the lock is another
   matter. */
inline wait_ended(raised) {
    atomic {
        if
        :: state == NOTIFIED || morphed -> notified = true
        :: else -> notified = false
        fi;
#ifdef BROKEN_TIMEOUT
        if
        :: result == TIMED_OUT -> notified = false
        :: else
        fi;
#endif
        if
        :: notified && raised ->
            /* It will not return as notified: the next one shall. */
#ifdef BROKEN_SWALLOW
            promise(LOST, first(CAME) == NOBODY);
#endif
            due[self] = false;
#ifndef BROKEN_SWALLOW
            _PyWait_Notify(false)
#endif
        :: notified && !raised ->
            promise(STOLEN, due[self])
        :: !notified ->
            promise(LOST, !due[self]);
            d_step { remove(CAME, self) }
        fi;
        promise(LEFT, !in_queue(self));
        wants[self] = true;             /* _PyWait_LockAgain() */
        notified = false;
        phase = WANTS;
        if
        :: morphed -> wait_once_ended()
        :: !morphed && _PyWait_TryLock(self) -> own_lock()
        :: else
        fi
    }
}

/* --- the end of a thread --- */

/* Without the GIL. */
inline forget_node() {
    atomic {
        state = node[self].state;
        if
        :: state == QUEUED ->
            d_step { take_node_out(self) }
        :: state == WOKEN || state == HANDED ->
#ifndef BROKEN_FORGET
            if
#ifdef BROKEN_UNHAND
            :: state == HANDED -> locked = false
#else
            :: handed -> locked = false; handed = false; owner = NOBODY
#endif
            :: else
            fi;
            if
            :: first(LOCK) == NOBODY -> woken = false
            :: else ->
                d_step {
                    other = first(LOCK);
                    take_node_out(other);
                    node[other].state = WOKEN;
                    make_ready(other);
                    other = NOBODY
                };
                if
                :: gil == NOBODY -> invite()
                :: else
                fi
            fi
#endif
        :: else
        fi;
        node[self].state = OUT;
        node[self].losses = 0;
        d_step { remove(CAME, self) };
        due[self] = false;
        wants[self] = false;
        ended[self] = true;
        promise(WAKER, waker_ok);
        promise(PERMITS, waiter[self].permits == 0 && !waiter[self].parked)
    }
}

/* --- the threads --- */

inline forget_locals() {
    result = 0; state = OUT; morphed = false; deadline = false; early = false;
    again = false
}

/* May be asked to yield. */
inline preempted() {
    if
    :: skip
    :: drop_gil(); take_gil()
    fi
}

inline choose_deadline() {
    if
    :: deadline = false
    :: self <= DEADLINES -> deadline = true
    fi
}

/* Who was interrupted finds its place in the queue of the lock by the time: with three
   threads at one end, or between the two others, which is left out. */
inline choose_place() {
    if
    :: early = false
    :: result == INTERRUPTED -> early = true
    fi
}

active [THREADS] proctype thread() {
    byte self = _pid + 1;
    byte phase, result, state, other;
    bit deadline, at_head, hand, morphed, notified, again, asleep, early, release;
#ifdef SIGNALS
    if
    :: self == 1 -> interrupt = true
    :: else
    fi;
#endif
    take_gil();
    do
    :: phase == FREE ->
        if
        :: drop_gil(); take_gil(); again = false
        :: WITH_GIL { !again ->
            again = true;       /* it will be asked to yield */
            phase = WANTS;
            choose_deadline();
            wants[self] = !deadline;
            deadline = false;
            if
            :: _PyWait_TryLock(self) -> own_lock()
            :: else -> enter_lock()
            fi
        }
#ifdef FOREIGN
        :: WITH_GIL { !again && locked -> again = true; _PyWait_UnlockSlow() }
#endif
        fi
    :: phase == WANTS || phase == WAITS ->
        _PyWait_Sleep();
        WITH_GIL {
            if
            :: phase == WANTS ->
                _PyWait_Leave();
                choose_place();
                wait_once_ended()
#ifdef SIGNALS
            :: phase == WAITS && result == INTERRUPTED && node[self].queue == COND ->
                phase = HANDLES
#endif
            :: phase == WAITS && node[self].queue == LOCK && node[self].state == QUEUED ->
                waiter[self].sleeping = true    /* only the lock ends the sleep now */
            :: else ->
                _PyWait_Leave();
                wait_ended(false)
            fi;
            forget_locals();
            if
            :: phase == WANTS -> enter_lock()
            :: else
            fi
        }
    :: phase == OWNS ->
        WITH_GIL {
            due[self] = false;          /* a wait has returned */
            if
            :: skip
            :: _PyWait_Notify(false)
            :: _PyWait_Notify(true)
            fi
        };
        preempted();
        WITH_GIL {
            if
            :: phase = FREE
            :: may_release(self) -> phase = WAITS; _PyWait_Enter(COND); choose_deadline()
            fi;
#ifdef BROKEN_DEFER
            d_step {
                do
                :: put_off > 0 -> put_off--; notify_one()
                :: else -> break
                od
            };
#endif
            if
            :: may_release(self) -> _PyWait_UnlockSlow()
            :: else -> again = true     /* another thread was faster */
            fi
        }
#ifdef SIGNALS
    :: phase == HANDLES ->
        preempted();
        WITH_GIL {
            if
            :: _PyWait_Leave(); wait_ended(true)
            :: node[self].state == QUEUED ->            /* _PyWait_Announce() */
                waiter[self].sleeping = true;
                choose_deadline();
                phase = WAITS
            :: node[self].state != QUEUED -> _PyWait_Leave(); wait_ended(false)
            fi;
            forget_locals();
            if
            :: phase == WANTS -> enter_lock()
            :: else
            fi
        }
#endif
    od;

thread_ends:
    skip
}

/* Everybody who wants the lock gets it.  Who was notified comes back. */
ltl gets_lock1 { []<> !wants[1] }
ltl gets_out1 { []<> !due[1] }
