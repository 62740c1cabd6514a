/* Counters of the GIL's scheduler, as _thread.gil_stats() shows them. */

#include "Python.h"
#include "pycore_interp.h"        // PyInterpreterState.ceval
#include "pycore_tstate.h"        // _PyThreadStateImpl

void
_PyGIL_AddStats(struct _PyGIL_stats *sum, const struct _PyGIL_stats *other)
{
    int64_t wait = Py_MAX(sum->longest_wait_ns, other->longest_wait_ns);
    int64_t atomic = Py_MAX(sum->longest_atomic_ns, other->longest_atomic_ns);
    int64_t *to = (int64_t *)sum;
    const int64_t *from = (const int64_t *)other;
    for (size_t i = 0; i < sizeof(*sum) / sizeof(*to); i++) {
        to[i] += from[i];
    }
    sum->longest_wait_ns = wait;
    sum->longest_atomic_ns = atomic;
}

void
_PyGIL_KeepStats(struct _PyGIL_sched *sched, PyThreadState *tstate)
{
    struct _PyGIL_stats *stats = &((_PyThreadStateImpl *)tstate)->gil_account.stats;
    _PyGIL_AddStats(&sched->ended, stats);
    *stats = (struct _PyGIL_stats){0};
}
