/* The GIL as the rest of ceval_gil.c sees it: creation, take_gil(), drop_gil().

   Included by ceval_gil.c in the place of the base's own lock.  What stands here
   is what runs when nobody else wants the GIL: one compare-and-swap to take it
   and one to drop it.  Everything else is in plus_gil.c; see pycore_plus_gil.h
   for the state word.

   gil->locked and gil->last_holder mirror the state word.  Debuggers and
   samplers read them in other processes (_Py_DebugOffsets), so they keep the
   base's meaning; nothing here depends on them, except that locked is -1 while
   the GIL does not exist. */

#include "pycore_plus_chaos.h"    // PLUS_CHAOS()
#include "pycore_plus_wait.h"     // _PyWait_Forget()

/* PyEval_SaveThread() notes where it was called from: inlined into its callers, as link
   time optimization would have it, it would see the callers of those. */
Py_NO_INLINE PyThreadState *PyEval_SaveThread(void);

/* Microseconds, sys.setswitchinterval(): the base's default. */
#define DEFAULT_INTERVAL 5000

static void
_gil_initialize(struct _gil_runtime_state *gil)
{
    gil->interval = DEFAULT_INTERVAL;
    gil->locked = -1;
}

static int
gil_created(struct _gil_runtime_state *gil)
{
    return gil != NULL && _Py_atomic_load_int_acquire(&gil->locked) != -1;
}

static void
create_gil(struct _gil_runtime_state *gil)
{
    _PyGIL_Init(&gil->sched, _PyGIL_Policy());
    _Py_atomic_store_ptr_relaxed(&gil->last_holder, NULL);
    _Py_atomic_store_int_release(&gil->locked, 0);
}

static void
destroy_gil(struct _gil_runtime_state *gil)
{
    _PyGIL_Orphan(&gil->sched);
    _Py_atomic_store_int_release(&gil->locked, -1);
}

#ifdef HAVE_FORK
static void
recreate_gil(struct _gil_runtime_state *gil)
{
    _PyGIL_AfterFork(&gil->sched);
    _Py_atomic_store_int_relaxed(&gil->locked, 0);
}
#endif

/* Release the GIL, which the current thread holds by way of tstate.

   With final_release the thread will not take it again: as soon as the GIL is
   free, the interpreter may be gone, so nothing of it is touched after that.
   tstate may then be NULL, if it must not be touched at all. */
static void
drop_gil(PyInterpreterState *interp, PyThreadState *tstate, int final_release)
{
    struct _gil_runtime_state *gil = interp->ceval.gil;
    assert(final_release || tstate != NULL);
    if (!_Py_atomic_load_int_relaxed(&gil->locked)) {
        Py_FatalError("drop_gil: GIL is not locked");
    }
    if (tstate != NULL) {
        tstate->_status.holds_gil = 0;
        if (final_release) {
            /* all but its last turn, if that is not over yet: see _PyGIL_DropSlow() */
            _PyGIL_KeepStats(&gil->sched, tstate);
            _PyWait_Forget(tstate);
        }
    }
    _Py_atomic_store_int_relaxed(&gil->locked, 0);

    uintptr_t held = (uintptr_t)_Py_atomic_load_ptr_relaxed(&gil->last_holder);
    PLUS_CHAOS(drop);
    /* pairs with the compare-and-swap in take_gil() */
    if (!_Py_atomic_compare_exchange_uintptr(&gil->sched.word, &held, 0)) {
        _PyGIL_DropSlow(gil, tstate, final_release);
    }
    PLUS_CHAOS(dropped);
}

/* The GIL is taken: leave word of it where others look. */
static inline void
publish_holder(struct _gil_runtime_state *gil, PyThreadState *tstate)
{
    _Py_atomic_store_int_relaxed(&gil->locked, 1);
    if (_Py_atomic_load_ptr_relaxed(&gil->last_holder) != tstate) {
        _Py_atomic_store_ptr_relaxed(&gil->last_holder, tstate);
        gil->switch_number++;
    }
}

/* Take the GIL for tstate, and wait for it as long as necessary.  errno is left
   as it was.  A thread that must exit because the interpreter is being finalized
   ends here; its tstate may be gone, and is not followed once that is known. */
static void
take_gil(PyThreadState *tstate)
{
    if (_PyThreadState_MustExit(tstate)) {
        _PyGIL_ExitThread();
    }
    PyInterpreterState *interp = tstate->interp;
    struct _gil_runtime_state *gil = interp->ceval.gil;
    assert(_PyThreadState_CheckConsistency(tstate));
    assert(gil_created(gil));

    /* The fast path does not look at the clock.  Nobody else looks at the
       account before the word says that tstate has the GIL. */
    struct _PyGIL_account *account = &((_PyThreadStateImpl *)tstate)->gil_account;
    account->turn_start = 0;
    account->release_site = NULL;
    if (!account->begun) {
        _PyGIL_BeginAccount(&gil->sched, tstate);
    }

    PLUS_CHAOS(take);
    uintptr_t nobody = 0;
    /* pairs with drop_gil(), and with the word's change in _PyGIL_SignalHolder():
       what was signalled to no holder is seen by update_eval_breaker...() below */
    if (!_Py_atomic_compare_exchange_uintptr(&gil->sched.word, &nobody,
                                             (uintptr_t)tstate)) {
        int saved_errno = errno;
        _PyGIL_TakeSlow(gil, tstate);
        errno = saved_errno;
    }
    PLUS_CHAOS(taken);
    publish_holder(gil, tstate);

    /* Finalization may have begun since the first look. */
    if (_PyThreadState_MustExit(tstate)) {
        drop_gil(interp, NULL, 1);
        _PyGIL_ExitThread();
    }
    tstate->_status.holds_gil = 1;
    account->stats.takes++;
    update_eval_breaker_for_thread(interp, tstate);
}
