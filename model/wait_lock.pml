/* The queues, locks, and the sleep in a queue: plus_wait.h, plus_lock.c, plus_sleep.h. */

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
