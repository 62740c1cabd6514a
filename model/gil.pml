/* SPIN model of the GIL: what Python/plus_gil.c and plus_gil_fast.h promise
   whatever the policy decides, for every order of steps of a few threads.

   Words, state word and guards are those of pycore_plus_gil.h; the inlines carry
   the names of the functions.
     state.pml    state word, queues, waiters; what must always hold
     policy.pml   plus_policy.h: what it may decide, and what it guarantees
     slow.pml     plus_gil.c
     fast.pml     plus_gil_fast.h
     atomic.pml   plus_atomic.c
     gil.pml      the threads that use the GIL, and what each of them is promised

   No wake-up is lost: the argument of pycore_plus_gil.h, with the labels that
   mark its steps in the other files.
     Who waits  W1 queues itself and sets WAITERS        mark_contended(), enqueue()
                W2 looks at the word once more           try_take()
                W3 marks itself parked                   park()
                W4 lets the lock go and sleeps           Park()
     Who drops  D1 the compare-and-swap fails if W1 came before it    drop_gil()
                D2 waits for the lock, so for W4, and sees the queue  end_turn()
                D3 invites the first waiter              wake()
                D4 gives it its permit                   unpark()
     W1 before D1: the dropper takes D2 to D4, and the permit waits for W4 if it
     is early.  D1 before W1: W2 sees the GIL free.  A waiter that is not invited
     relies on a watcher: K1 whoever takes the last one away makes another one
     (keep_watch()), K2 a watcher that finds the GIL free and may not have it
     invites the first waiter (wait_a_while()).

   Who is there: THREADS threads that take, keep, yield, release and lend the GIL
   for ever.  With
     -DEND_THREADS  threads end, and new ones come with new thread states
     -DFINALIZE  thread 1 finalizes the interpreter, or another one that shares
                 the GIL: threads must exit
     -DFORK      a thread forks and is followed into the child
     -DSIGNALS   threads without the GIL call _PyGIL_SignalHolder(), and a signal
                 handler ends one sleep of thread 1 too early
     -DBLOCKS    threads enter and leave atomic blocks, which end some time
     -DFINE      each step under the internal lock is a step of its own; without
                 it a critical section is one step, which -DFINE justifies (for
                 safety: who gets the internal lock is left to chance, so no claim
                 can be made about "in the end")
     -DSETBACKS  how much the policy may do to a waiter (policy.pml)
   -DBROKEN_X breaks one rule (model/check lists them); the promise that rests on
   it must then fail.

   Not modelled: time (a deadline may pass at any moment after it was set), the
   order of memory accesses (every step is seen by all at once), one OS thread
   with several thread states, policy `stock` (which does not promise to grant
   the GIL to everybody), pthread_mutex_t and the parkers from within. */

#ifndef THREADS
#define THREADS 3               /* at most 3 */
#endif

/* What a thread does next with the GIL that it has. */
#define RELEASE 0
#define YIELD   1
#define END     2
#define FORKED  3
#define FINALIZED 4

#include "state.pml"
#include "policy.pml"
#include "slow.pml"
#include "fast.pml"
#include "atomic.pml"

bit finalizing;

/* PyThreadState_Delete(): the last look at a thread state was before this. */
inline free_threadstate(t) {
    tstate[t].valid = false;
    tstate[t].drop_request = false;
    tstate[t].asked = false;
    tstate[t].calls_to_do = false;
    tstate[t].on = false;
    tstate[t].request_put_off = false;
    tstate[t].calls_put_off = false;
}

#ifdef BROKEN_ATOMIC
#define put_off false
#else
#define put_off tstate[self].on
#endif

/* The eval loop, up to the next release of the GIL. */
inline run_with_gil() {
    do
    :: atomic {
        promise(EXCLUSION, locked == self);
        promise(REQUEST, !tstate[self].asked || tstate[self].drop_request
                         || (tstate[self].on && tstate[self].request_put_off));
        promise(SIGNALLED, !(pending && told) || tstate[self].calls_to_do
                           || (tstate[self].on && tstate[self].calls_put_off));
        if
        :: !tstate[self].drop_request && !tstate[self].request_put_off -> skip  /* computes */
        :: tstate[self].drop_request && !put_off ->
            promise(ATOMIC, !tstate[self].on);
            promise(UNASKED, tstate[self].asked);
            way = YIELD;
            break
        :: way = RELEASE; break
#ifdef END_THREADS
        :: way = END; break
#endif
#ifdef SIGNALS
        :: tstate[self].calls_to_do && !put_off ->
            promise(ATOMIC, !tstate[self].on);
            handle_pending()
#endif
#ifdef BLOCKS
        /* Who left a block with a request has met it before it enters the next one. */
        :: !tstate[self].on && !tstate[self].drop_request -> _PyAtomic_Enter()
        :: tstate[self].on -> _PyAtomic_Leave()
        /* At most once each: a block ends some time, however often others ask. */
        :: put_off && ((tstate[self].drop_request && !tstate[self].request_put_off)
                       || (tstate[self].calls_to_do && !tstate[self].calls_put_off)) ->
            _PyAtomic_PutOff()
#endif
#ifdef FORK
        :: way = FORKED; break
#endif
#ifdef FINALIZE
        :: self == 1 && !finalizing -> begin_finalization()
        :: self == 1 && finalizing && tstate[2].must_exit && tstate[3].must_exit ->
            way = FINALIZED; break
#endif
        fi
    }
    od
}

/* Runs pending calls. */
inline handle_pending() {
    d_step {
        tstate[self].calls_to_do = false;
        pending = false;
        told = false
    }
}

/* Without the GIL, perhaps for ever. */
inline run_without_gil() {
    do
    :: true -> skip
    :: break
#ifdef SIGNALS
    :: pending = true; _PyGIL_SignalHolder()
#endif
    od
}

/* Py_FinalizeEx(): all others must exit; or an interpreter that shares the GIL
   goes: one of them must. */
inline begin_finalization() {
    finalizing = true;
    if
    :: d_step { tstate[2].must_exit = true; tstate[3].must_exit = true }
    :: tstate[THREADS].must_exit = true
    fi
}

/* _PyEval_Fini(), then the thread states go, then the last release. */
inline finalize() {
    _PyGIL_Orphan();
    d_step { free_threadstate(2); free_threadstate(3) }
    goto drop_and_exit
}

/* fork(), followed into the child: no other thread is there any more.  Where
   they stood, also inside a critical section, is of no importance. */
inline fork() {
    atomic {
        i_ = 1;
        do
        :: i_ <= THREADS ->
            if
            :: i_ != self ->
                free_threadstate(i_);
                gone[i_] = true;
                wants[i_] = false
            :: else
            fi;
            i_++
        :: else -> break
        od;
        i_ = 0;
        recreate_gil()
    }
}

inline forget() {
    way = 0; pause = 0; owed = NOBODY; holder = NOBODY; got = false; deadline = false;
    at_head = false; impatient = false
}

active [THREADS] proctype thread() {
    byte self = _pid + 1;
    byte way, pause, owed, holder;
    bit got, deadline, at_head, impatient;
#ifdef SIGNALS
    if
    :: self == 1 -> interrupt = true
    :: skip
    fi;
#endif

born:
    {
        d_step { tstate[self].valid = true; way = RELEASE };
        do
        :: true ->
            if
            :: way == RELEASE -> run_without_gil()
            :: else -> way = RELEASE
            fi;
            take_gil();
            run_with_gil();
            if
            :: way == FORKED -> fork()
            :: way == FINALIZED -> finalize()
            :: else -> drop_gil(/*tstate_known=*/true, /*final_release=*/(way == END))
            fi;
            if
            :: way == END ->
                d_step { free_threadstate(self) };
                d_step { tstate[self].valid = true; way = RELEASE }
            :: else
            fi
        od
    }
#ifdef FORK
    unless {
        d_step {
            gone[self] ->
            gone[self] = false;
            forget();
            forget_waiter(self)
        }
        goto born
    }
#endif

exit_thread:
    _PyGIL_ExitThread();
    goto ended;

drop_and_exit:
    drop_gil(/*tstate_known=*/false, /*final_release=*/true);

ended:
    skip;
    d_step {
        promise(PERMITS, !waiter[self].queued && !waiter[self].parked && !waiter[self].permits);
        wants[self] = false;
        exited[self] = true;
        forget()
    }
}

/* Everybody who wants the GIL gets it, or ends. */
ltl granted1 { []<> !wants[1] }
ltl granted2 { []<> !wants[2] }
ltl granted3 { []<> !wants[3] }

/* A free GIL that somebody waits for is taken, also one that was lent. */
ltl taken { []<> !(holder_of == NOBODY && queued > 0) }
ltl lent_comes_back { []<> !(holder_of == NOBODY && lent_by != NOBODY && queued > 0) }
