/* The policy: plus_policy.h decides by clocks and accounts; here every decision
   that it may take is taken.  What it guarantees, and all that the proof needs:

     G1  The first waiter may take a free GIL, unless it has yielded the turn
         that was the last one, or waits for a lent GIL to come back (G3).  So may
         a thread when nobody else waits.
     G2  Who has yielded the last turn may not take it while others wait.
     G3  No waiter is set back for ever: by the first waiter's patience with the
         holder, by its own with the lender, by threads that come later and take the GIL before it
         (barging), are put before it (class I/O, head of the CPU queue,
         policy_restored()), or lend the GIL.  Here: SETBACKS times in one wait.
     G4  Only an I/O waiter lets a yielder go to the head of the CPU queue.
     G5  A thread lends only to a queue with a watcher and no I/O waiter.  Its last
         release never lends.
     G6  The first I/O waiter watches, and one waiter at least, and so does the
         first waiter if it parks as such; all others may have no deadline.  Who
         watches asks for the first waiter as soon as that one may.  What its own
         patience is does not matter: it may have no end. */

#ifndef SETBACKS
#define SETBACKS 1
#endif

#define nobody_else_waits (queued == waiter[self].queued)

/* Is there nobody, or no CPU waiter, who may not be set back any more? */
#define worn_out(t)     (t != self && waiter[t].queued && waiter[t].setbacks == SETBACKS)
#define cpu_worn_out(t) (worn_out(t) && waiter[t].class == CPU)
#define may_pass_all    (!worn_out(1) && !worn_out(2) && !worn_out(3))
#define may_pass_cpu    (!cpu_worn_out(1) && !cpu_worn_out(2) && !cpu_worn_out(3))

#define set_back_one(t) waiter[t].setbacks = waiter[t].setbacks + \
        (t != self && waiter[t].queued && waiter[t].setbacks < SETBACKS)
#define set_back_cpu_waiter(t) waiter[t].setbacks = waiter[t].setbacks + \
        (t != self && waiter[t].queued && waiter[t].class == CPU && waiter[t].setbacks < SETBACKS)

inline set_back_all() {
    d_step { set_back_one(1); set_back_one(2); set_back_one(3) }
}

/* Part of enqueue(). */
inline set_back_cpu() {
    set_back_cpu_waiter(1);
    set_back_cpu_waiter(2);
    set_back_cpu_waiter(3)
}

/* sched->turns++, seen by those who compare it with their yield_turn. */
inline next_turn() {
    d_step {
        waiter[1].same_turn = false;
        waiter[2].same_turn = false;
        waiter[3].same_turn = false
    }
}

/* self has the GIL from here on. */
inline policy_begin_turn() {
    promise(CEDED, !ceded[self] || nobody_else_waits);
    nobody_ceded();
    waiter[self].yielded = false;
    waiter[self].class = IO;
    waiter[self].setbacks = 0
}

/* Another thread has had the GIL, or gave up waiting. */
inline nobody_ceded() {
    ceded[1] = false;
    ceded[2] = false;
    ceded[3] = false
}

inline policy_arrive() {
    touch(self);
    if
    :: holder != NOBODY -> touch(holder)
    :: else
    fi;
    if
    :: may_pass_cpu -> waiter[self].class = IO
    :: waiter[self].class = CPU
    fi
}

/* Sets at_head. */
inline policy_yield() {
    waiter[self].class = CPU;
    if
#ifdef BROKEN_HEAD
    :: may_pass_cpu -> at_head = true
#else
    :: ready[0] != NOBODY && may_pass_cpu -> at_head = true     /* G3, G4 */
#endif
    :: at_head = false
    fi
}

#ifdef BROKEN_RETAKE
#define just_yielded false
#else
#define just_yielded (waiter[self].yielded && waiter[self].same_turn)
#endif

/* May self take the free GIL?  Sets got. */
inline policy_may_take() {
    if
    :: lent_by != NOBODY && waiter[self].setbacks < SETBACKS ->         /* G3 */
        waiter[self].setbacks++
    :: nobody_else_waits -> got = true                                  /* G1 */
    :: !nobody_else_waits && just_yielded                               /* G2 */
    :: !nobody_else_waits && !just_yielded ->
        if
        :: self == first_waiter -> got = true                           /* G1 */
        :: self != first_waiter && may_pass_all ->                      /* G3 */
            got = true;
            set_back_all()
        :: self != first_waiter
        fi
    fi
}

/* Does the patience of self, or that of the first waiter, end?  Sets impatient. */
inline policy_patience() {
    touch(holder);
    if
    :: first_waiter == self && waiter[self].setbacks < SETBACKS ->      /* G3 */
        waiter[self].setbacks++
#ifdef BROKEN_FOR_ITSELF
    :: first_waiter != self
#else
    :: first_waiter != self && waiter[first_waiter].setbacks < SETBACKS ->
        waiter[first_waiter].setbacks++
#endif
    :: impatient = true
    fi
}

/* G3, G5 */
#ifdef BROKEN_LEND
#define policy_may_lend (ready[0] == NOBODY && may_pass_all)
#else
#define policy_may_lend (ready[0] == NOBODY && may_pass_all && watchers > 0)
#endif
