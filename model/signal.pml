/* SPIN model of the sleep of the main thread, which a wake-up, a deadline or a signal
   ends: park_asleep(), park_for_signals() and _PyWait_SignalArrived() in
   Python/plus_sleep.h.

   Words are those of pycore_plus_wait.h.  `pending` is _PY_SIGNALS_PENDING_BIT,
   `offered` is offered_to_signals.  A handler runs on a thread of its own here: on the
   main thread it may also interrupt the system call, which ends the sleep anyhow.

   No signal is lost
     Main thread   M1 offers its parker
                   M2 looks whether a signal is pending; if not,
                   M3 parks
                   M4 takes the offer back, unless a handler was faster
     Handler       H1 marks the signal as pending
                   H2 takes the offer, if there is one
                   H3 unparks then
     H1 before M2 is seen by M2.  Otherwise M1 comes before H2, which finds the offer,
     and M3 finds the permit.
   Permits: H3 is due whenever M4 finds no offer; a wake-up's whenever `parked` was
   cleared.  Both may be, and both are waited for, once nobody will decide for another.

   Who is there: the main thread, which sleeps SLEEPS times; SIGNALS handlers; with
     -DWAKER     a thread that makes it ready, and unparks it if it is parked
     -DDEADLINE  sleeps may end for want of time
   -DBROKEN_X breaks one rule; the promise that rests on it must then fail. */

#ifndef SLEEPS
#define SLEEPS 2
#endif
#ifndef SIGNALS
#define SIGNALS 2
#endif

/* What must always hold.  -DPROMISES=n looks at some of it only. */
#define PERMITS 1               /* every Unpark meets one Park, in the same sleep */
#ifndef PROMISES
#define PROMISES 255
#endif
#define promise(which, x) assert(!(PROMISES & which) || (x))

/* Results of a Park. */
#define UNPARKED    1
#define TIMED_OUT   2
#define INTERRUPTED 3

bit locked;                     /* sched.lock */
bit pending, offered;
bit sleeping, parked;           /* changed under the lock */
byte permits;
byte owing;                     /* who has decided to unpark, and has not yet */
bit over;

inline lock_sched()   { atomic { !locked -> locked = true } }
inline unlock_sched() { locked = false }

inline unpark() {
    d_step {
#ifdef BROKEN_COUNT
        permits = 1;
#else
        permits++;
#endif
        owing--
    }
}

inline Park() {
    skip;
end_park:
    if
    :: d_step { permits > 0 -> permits--; result = UNPARKED }
#ifdef DEADLINE
    :: result = TIMED_OUT
#endif
    fi
}

/* *had: whether there was one.  One step. */
inline take_offer(had) {
    had = offered;
    offered = false
}

inline park_for_signals() {
    result = INTERRUPTED;
#ifdef BROKEN_OFFER
    seen = pending;
    offered = true;
#else
    offered = true;
    seen = pending;
#endif
    if
    :: !seen -> Park()
    :: else
    fi;
    d_step {
        take_offer(had);
        due = (had -> 0 : 1)
    }
}

/* With the lock. */
inline take_permit() {
#ifdef BROKEN_ABSORB
    due = 0;
#endif
    d_step {
        due = due - (due > 0 && result == UNPARKED -> 1 : 0);
        result = INTERRUPTED
    }
    do
    :: due > 0 ->
        unlock_sched();
        d_step { permits > 0 -> permits-- }
        due--;
        lock_sched()
    :: else -> break
    od
}

inline park_asleep() {
    parked = true;
    unlock_sched();
    park_for_signals();
    lock_sched();
#ifdef BROKEN_SETTLE
    due = due + (parked -> 0 : 1);
    take_permit();
    sleeping = false;
    parked = false;
#else
    d_step {
        due = due + (parked -> 0 : 1);
        sleeping = false;
        parked = false
    }
    take_permit();
#endif
    promise(PERMITS, permits == 0 && owing == 0)
}

active proctype main_thread() {
    byte sleeps = SLEEPS, due, result;
    bit seen, had;
    do
    :: sleeps > 0 ->
        sleeps--;
        sleeping = true;                /* announce() */
        lock_sched();
        if
        :: sleeping -> park_asleep()
        :: else
        fi;
        unlock_sched();
        pending = false                 /* the eval loop runs the handlers */
    :: else -> break
    od;
    over = true;
    promise(PERMITS, permits == 0 && owing == 0)
}

active [SIGNALS] proctype _PyWait_SignalArrived() {
    bit had;
#ifdef BROKEN_TRIP
    d_step { take_offer(had); owing = owing + had }
    pending = true;
#else
    pending = true;
    d_step { take_offer(had); owing = owing + had }
#endif
    if
    :: had -> unpark()
    :: else
    fi
}

#ifdef WAKER
active proctype make_ready() {
    bit asleep;
end_waker:
    do
    :: over -> break
    :: d_step { !locked && sleeping ->
            sleeping = false;
            asleep = parked;            /* wake(); the holder may leave it asleep */
            owing = owing + parked;
            parked = false
        }
        if
        :: asleep -> unpark()
        :: else
        fi
    od
}
#endif

/* Nobody sleeps on while a signal is pending. */
ltl noticed { [] (pending -> <> (!pending || over)) }
