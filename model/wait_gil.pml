/* The GIL, as far as who waits for a lock or a condition has to do with it. */

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
