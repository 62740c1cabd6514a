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

#include "wait_state.pml"
#include "wait_gil.pml"
#include "wait_lock.pml"

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
