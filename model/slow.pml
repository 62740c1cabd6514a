/* The slow paths: plus_gil.c.  Each inline runs in thread `self`.  Its locals:
     owed       the waiter that an Unpark is owed to
     holder     what holder_of() was when it was looked at
     got        try_take() took the GIL
     pause      where _PyGIL_TakeSlow() stands, see below
     deadline   of the sleep that comes next */

/* Ready for a look at the GIL, with the lock: */
#define ARRIVING  1
#define SPUN      2
#define UNPARKED  3             /* Park() took the permit */
#define LATE      4             /* Park() ended without one */
/* Not ready: */
#define PARKED    5
#define TAKEN     6
#define LEFT      7

#define asleep (owed == NOBODY && pause == PARKED)

inline ask_holder() {
    touch(holder);
    d_step {
        tstate[holder].drop_request = true;
        tstate[holder].asked = true
    }
}

/* W2 */
inline try_take() {
    got = false;
    if
#ifdef BROKEN_MONITOR
    :: holder_of == NOBODY && lent_by == NOBODY -> policy_may_take()
#else
    :: holder_of == NOBODY -> policy_may_take()
#endif
    :: else
    fi;
    if
    :: got ->
        touch(self);
        if
        :: waiter[self].queued -> dequeue(self)
        :: else
        fi;
#ifndef BROKEN_KEEP_WATCH
        keep_watch();
#endif
        next_turn();
        lent_by = NOBODY;
        d_step { policy_begin_turn(); set_word(self) }
    :: else
    fi
}

/* The GIL is free, and self lent it: the turn goes on. */
inline take_back() {
    touch(self);
    lent_by = NOBODY;
    d_step { promise(CEDED, !ceded[self]); set_word(self) }
}

/* W3.  The first half of park(); then the lock is let go, and it sleeps. */
inline park() {
    d_step {
        waiter[self].parked = true;
        waiter[self].armed = deadline;
        watchers = watchers - (1 - deadline)
    };
    pause = PARKED
}

/* W4.  With a deadline it may return at any time. */
inline Park() {
    if
    :: d_step { asleep && waiter[self].permits > 0 ->
        waiter[self].permits--;
        pause = UNPARKED;
        deadline = false
    }
    :: d_step { asleep && deadline ->
        pause = LATE;
        deadline = false
    }
#ifdef SIGNALS
    :: d_step { asleep && self == 1 && interrupt ->
        interrupt = false;
        pause = LATE;
        deadline = false
    }
#endif
    fi
}

/* The caller lets the lock go and unparks who is owed it. */
inline leave() {
    if
    :: waiter[self].queued ->
        dequeue(self);
#ifndef BROKEN_LEAVE_TURN
        next_turn();
#endif
        nobody_ceded();
#ifndef BROKEN_LEAVE_LENT
        lent_by = NOBODY;       /* it may have been the watcher */
#endif
#ifndef BROKEN_LEAVE
        if
        :: holder_of == NOBODY -> wake(first_waiter)
        :: else -> keep_watch()
        fi
#endif
    :: else
    fi;
    holder = holder_of;
    set_word(holder);
    holder = NOBODY;
    pause = LEFT
}

inline _PyGIL_ExitThread() {
    if
    :: waiter[self].queued ->
        CRITICAL {
            lock_sched();
            mark_contended();
            leave();
            unlock_sched()
        };
        unpark_if_owed()
    :: else
    fi
}

/* K2.  Likewise. */
inline wait_a_while() {
    holder = holder_of;
    if
    :: holder == NOBODY ->
#ifndef BROKEN_INVITE
        wake(first_waiter)
#endif
    :: else ->
        policy_patience();
        if
        :: impatient ->
            impatient = false;
            ask_holder();
            if
            :: waiter[self].class == CPU && !waiter[self].yielded && may_pass_cpu ->
                dequeue(self);              /* policy_restored() */
                waiter[self].class = IO;
                enqueue(/*at_head=*/false)
            :: true
            fi
        :: else
        fi
    fi;
    holder = NOBODY;
    if
    :: pause = SPUN
    :: next_look();
        park()
    fi
}

/* G6.  Sets deadline.  self counts as a watcher itself. */
inline next_look() {
    if
#ifdef BROKEN_FOREVER
    :: self != first_waiter -> deadline = false
#else
    :: self != first_waiter && watchers > 1 -> deadline = false
#endif
    :: self == first_waiter || watchers == 1 -> deadline = true
    :: waiter[self].class == CPU && !waiter[self].yielded -> deadline = true
    fi
}

inline _PyGIL_TakeSlow() {
    pause = ARRIVING;
    do
    :: unpark()
    :: Park()
    :: CRITICAL {
        owed == NOBODY && pause < PARKED ->
        lock_sched();
        park_returned();
#ifdef BROKEN_EXIT
        touch(self);
#endif
        if
        :: pause == PARKED
        :: pause != PARKED && waiter[self].orphan -> pause = LEFT
        :: pause != PARKED && !waiter[self].orphan && tstate[self].must_exit -> leave()
        :: else -> look()
        fi;
        unlock_sched()
    }
    :: owed == NOBODY && pause == TAKEN -> break
    :: owed == NOBODY && pause == LEFT -> goto ended
    od;
    pause = 0
}

/* The second half of park(). */
inline park_returned() {
    if
#ifdef BROKEN_CONTENDED
    :: pause == ARRIVING -> skip
#else
    :: pause == ARRIVING -> mark_contended()                        /* W1 */
#endif
    :: pause == LATE ->
        if
        :: waiter[self].parked ->
            d_step { wake(self); owed = NOBODY }    /* nobody did: no permit is due */
        :: else ->
#ifdef BROKEN_ABSORB
            skip
#else
            pause = PARKED                          /* one was given, or is on its way */
#endif
        fi
    :: else
    fi
}

/* One turn of the loop. */
inline look() {
    if
    :: pause == ARRIVING && lent_by == self && holder_of == NOBODY ->
        take_back();
        pause = TAKEN
    :: else ->
        if
        :: pause == ARRIVING && !waiter[self].queued ->
            holder = holder_of;
            policy_arrive();
            holder = NOBODY
        :: else
        fi;
        try_take();
        if
        :: got ->
            got = false;
            pause = TAKEN
        :: else ->
#ifdef BROKEN_ENQUEUE
            if
            :: pause != ARRIVING
            :: else -> enqueue(/*at_head=*/false)
            fi;
#else
            if
            :: waiter[self].queued
            :: else -> enqueue(/*at_head=*/false)                   /* W1 */
            fi;
#endif
            wait_a_while();
#ifdef BROKEN_CONTENDED
            mark_contended()
#endif
        fi
    fi
}

/* --- releasing --- */

/* D2, D3 */
inline end_turn(final_release) {
    touch(self);
    tstate[self].drop_request = false;
    tstate[self].asked = false;
    _PyAtomic_ForgetRequest();
    if
    :: way == YIELD && queued != 0 ->
        wake(first_waiter);
        d_step {
            waiter[self].yielded = true;
            waiter[self].same_turn = true;
            ceded[self] = true
        };
        policy_yield();
        enqueue(at_head);
        at_head = false
    :: else ->
        if
        :: policy_may_lend && !(final_release) ->
            set_back_all();
            lent_by = self
        :: wake(first_waiter)
        fi
    fi
}

inline _PyGIL_DropSlow(tstate_known, final_release) {
    CRITICAL {
        lock_sched();
        if
        :: tstate_known -> end_turn(final_release)
        :: else -> wake(first_waiter)
        fi;
        set_word(NOBODY);
        unlock_sched()
    };
    unpark_if_owed()
}

/* --- life and death --- */

inline _PyGIL_AfterFork() {
    forget_waiter(self);
    d_step {
        word = 0;
        lock = false;
#ifndef BROKEN_FORK
        ready[0] = NOBODY; ready[1] = NOBODY; ready[2] = NOBODY;
        ready[3] = NOBODY; ready[4] = NOBODY; ready[5] = NOBODY;
        queued = 0;
        watchers = 0;
#endif
        lent_by = NOBODY;
        nobody_ceded()
    }
}

inline _PyGIL_Orphan() {
    CRITICAL {
        lock_sched();
        do
        :: first_waiter != NOBODY ->
            holder = first_waiter;
#ifdef BROKEN_ORPHAN
            d_step {
                if
                :: waiter[holder].parked ->
                    watchers = watchers + (1 - waiter[holder].armed);
                    waiter[holder].parked = false
                :: else
                fi
            };
#else
            wake(holder);
#endif
            dequeue(holder);
            waiter[holder].orphan = true;
            unpark_if_owed()
        :: else -> break
        od;
        holder = holder_of;
        set_word(holder);
        holder = NOBODY;
        unlock_sched()
    }
}

inline _PyGIL_SignalHolder() {
    CRITICAL {
        lock_sched();
#ifndef BROKEN_SIGNAL
        mark_contended();
#endif
        holder = holder_of;
        if
        :: holder != NOBODY ->
            touch(holder);
            tstate[holder].calls_to_do = true
        :: else
        fi;
        told = pending;
        set_word(holder);
        holder = NOBODY;
        unlock_sched()
    }
}
