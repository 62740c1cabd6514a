/* thread.atomic: what is not done on the spot while it is on, and how it comes back.

   See pycore_plus_atomic.h for words and for the argument that no request is lost. */

#include "Python.h"
#include "pycore_ceval.h"         // _PY_GIL_DROP_REQUEST_BIT
#include "pycore_pystate.h"       // _PyThreadState_GET()
#include "pycore_plus_wait.h"     // _PyWait_Now()

#include "pythonplus.h"

/* What waits until the thread is not atomic any more. */
#define PUT_OFF_BITS ((uintptr_t)(_PY_GIL_DROP_REQUEST_BIT | _PY_SIGNALS_PENDING_BIT \
                                  | _PY_CALLS_TO_DO_BIT | _PY_ASYNC_EXCEPTION_BIT   \
                                  | _PY_GC_SCHEDULED_BIT))

/* So many levels have a flag that can be changed: as many as `switched` has bits. */
#define LEVELS 64

static inline struct _PyAtomic *
atomic_of(PyThreadState *tstate)
{
    return &((_PyThreadStateImpl *)tstate)->atomic;
}

static inline struct _PyGIL_stats *
stats_of(PyThreadState *tstate)
{
    return &((_PyThreadStateImpl *)tstate)->gil_account.stats;
}

int
_PyAtomic_PutOff(PyThreadState *tstate)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    if (!atomic->on) {
        return 0;
    }
    uintptr_t bits = _Py_atomic_and_uintptr(&tstate->eval_breaker, ~PUT_OFF_BITS);
    bits &= PUT_OFF_BITS;
    if (bits & ~atomic->put_off & _PY_GIL_DROP_REQUEST_BIT) {
        atomic->wanted_at = _PyWait_Now();
    }
    atomic->put_off |= bits;
    return 1;
}

int
_PyAtomic_PutsOffSignals(PyThreadState *tstate)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    if (!_PyAtomic_PutOff(tstate)) {
        return 0;
    }
    int64_t takes = stats_of(tstate)->takes;
    int too_early = atomic->looked == takes;
    atomic->looked = takes;
    return too_early;
}

/* The GIL is or will be given away: how long has it been asked for in vain? */
static int64_t
count_request(PyThreadState *tstate, int64_t now)
{
    struct _PyGIL_stats *stats = stats_of(tstate);
    int64_t waited = now - atomic_of(tstate)->wanted_at;
    if (waited > stats->longest_atomic_ns) {
        stats->longest_atomic_ns = waited;
    }
    return waited;
}

/* The thread is off: what was put off is due. */
static void
recall(PyThreadState *tstate, int64_t *waited)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    if (atomic->put_off & _PY_GIL_DROP_REQUEST_BIT) {
        *waited = count_request(tstate, _PyWait_Now());
    }
    _Py_set_eval_breaker_bit(tstate, atomic->put_off);
    atomic->put_off = 0;
}

void
_PyAtomic_RecallSignals(PyThreadState *tstate)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    if (atomic->put_off & _PY_SIGNALS_PENDING_BIT) {
        _Py_set_eval_breaker_bit(tstate, _PY_SIGNALS_PENDING_BIT);
        atomic->put_off &= ~(uintptr_t)_PY_SIGNALS_PENDING_BIT;
    }
}

int
_PyAtomic_ForgetRequest(PyThreadState *tstate, int64_t now)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    if ((atomic->put_off & _PY_GIL_DROP_REQUEST_BIT) == 0) {
        return 0;
    }
    (void)count_request(tstate, now);
    atomic->put_off &= ~(uintptr_t)_PY_GIL_DROP_REQUEST_BIT;
    return 1;
}

/* --- levels --- */

static inline int
flag(const struct _PyAtomic *atomic)
{
    int switched = atomic->depth < LEVELS
                && (atomic->switched >> atomic->depth & 1) != 0;
    return (atomic->depth > 0) != switched;
}

/* The innermost level is another one, or its flag has changed. */
static void
update(PyThreadState *tstate, int64_t *waited)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    int before = atomic->on;
    *waited = 0;
    atomic->on = flag(atomic);
    if (atomic->on && !before) {
        atomic->looked = stats_of(tstate)->takes;
    }
    if (!atomic->on && atomic->put_off != 0) {
        recall(tstate, waited);
    }
}

void
_PyAtomic_Enter(PyThreadState *tstate)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    atomic->depth++;
    if (!atomic->on) {
        atomic->on = 1;
        atomic->looked = stats_of(tstate)->takes;
    }
}

int
_PyAtomic_Leave(PyThreadState *tstate, int64_t *waited)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    if (atomic->depth == 0) {
        PyErr_SetString(PyExc_RuntimeError, "this thread is in no atomic block");
        return -1;
    }
    if (atomic->depth < LEVELS) {
        atomic->switched &= ~((uint64_t)1 << atomic->depth);
    }
    atomic->depth--;
    update(tstate, waited);
    return 0;
}

int
_PyAtomic_Set(PyThreadState *tstate, int on, int64_t *waited)
{
    struct _PyAtomic *atomic = atomic_of(tstate);
    int before = atomic->on;
    *waited = 0;
    if (before == (on != 0)) {
        return before;
    }
    if (atomic->depth >= LEVELS) {
        PyErr_SetString(PyExc_RuntimeError,
                        "set_atomic() in more than 63 nested atomic blocks");
        return -1;
    }
    atomic->switched ^= (uint64_t)1 << atomic->depth;
    update(tstate, waited);
    return before;
}

int
PyThread_SetAtomic(int on)
{
    int64_t waited;
    return _PyAtomic_Set(_PyThreadState_GET(), on, &waited);
}

int
PyThread_GetAtomic(void)
{
    return atomic_of(_PyThreadState_GET())->on;
}

void
PyThread_SwapAtomicState(PyThread_AtomicState *state)
{
    PyThreadState *tstate = _PyThreadState_GET();
    struct _PyAtomic *atomic = atomic_of(tstate);
    PyThread_AtomicState before = {
        .depth = atomic->depth, .switched = atomic->switched,
    };
    atomic->depth = state->depth;
    atomic->switched = state->switched;
    *state = before;
    int64_t waited;
    update(tstate, &waited);
}
