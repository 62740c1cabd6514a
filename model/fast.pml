/* The fast paths: plus_gil_fast.h.  What only the thread itself can see of them
   is joined to one step; the two compare-and-swaps stand alone. */

inline drop_gil(tstate_known, final_release) {
    if
#ifdef BROKEN_DROP
    :: word == T(self) -> d_step { locked = NOBODY; word = 0 }
#else
    :: d_step { word == T(self) -> locked = NOBODY; word = 0 }      /* D1 */
#endif
    :: else ->
        locked = NOBODY;
        _PyGIL_DropSlow(tstate_known, final_release)
    fi
}

/* Only a holder makes others exit, so a thread that has the GIL need not look
   at must_exit and take note of the GIL in two steps. */
inline take_gil() {
    atomic {
        wants[self] = true;
        if
        :: tstate[self].must_exit -> goto exit_thread
        :: else
        fi
    };
    if
#ifdef BROKEN_TAKE
    :: word == 0 -> d_step { policy_begin_turn(); word = T(self) }
#else
    :: d_step { word == 0 -> policy_begin_turn(); word = T(self) }
#endif
    :: else -> _PyGIL_TakeSlow()
    fi;
    atomic {
        promise(EXCLUSION, locked == NOBODY);
        locked = self;
        if
        :: tstate[self].must_exit -> goto drop_and_exit
        :: else -> wants[self] = false
        fi;
        touch(self)
    }
#ifdef BROKEN_CLEAR
    tstate[self].drop_request = false;
#endif
    update_eval_breaker()
}

inline update_eval_breaker() {
#if defined(SIGNALS) && !defined(BROKEN_UPDATE)
    tstate[self].calls_to_do = tstate[self].calls_to_do | pending
#else
    skip
#endif
}

inline recreate_gil() {
    _PyGIL_AfterFork();
    locked = NOBODY
}
