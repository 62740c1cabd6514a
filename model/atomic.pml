/* thread.atomic: plus_atomic.c.  Each of these is one step of the thread: nobody else
   looks at what is put off, and eval_breaker changes by one atomic operation.  Blocks
   do not nest here: what is in them is the business of the outermost one. */

inline _PyAtomic_Enter() {
    tstate[self].on = true
}

/* The eval loop looks at eval_breaker. */
inline _PyAtomic_PutOff() {
    d_step {
        tstate[self].request_put_off = tstate[self].request_put_off | tstate[self].drop_request;
        tstate[self].calls_put_off = tstate[self].calls_put_off | tstate[self].calls_to_do;
        tstate[self].drop_request = false;
        tstate[self].calls_to_do = false
    }
}

inline recall() {
#ifndef BROKEN_RECALL
    tstate[self].drop_request = tstate[self].drop_request | tstate[self].request_put_off;
    tstate[self].calls_to_do = tstate[self].calls_to_do | tstate[self].calls_put_off;
#endif
    tstate[self].request_put_off = false;
    tstate[self].calls_put_off = false
}

inline _PyAtomic_Leave() {
    d_step {
        tstate[self].on = false;
        recall()
    }
}

inline _PyAtomic_ForgetRequest() {
#ifndef BROKEN_KEEP
    tstate[self].request_put_off = false
#else
    skip
#endif
}
