/* Parker on a Linux futex: the permits are counted in a word.
   See pycore_plus_parker.h for what the functions promise. */

#include <errno.h>
#include <linux/futex.h>
#include <stdatomic.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#define PARKER_SIGNAL_SAFE 1

struct _PyParker {
    _Atomic(uint32_t) permits;
};

static inline int
_PyParker_take_permit(struct _PyParker *p)
{
    uint32_t n = atomic_load_explicit(&p->permits, memory_order_relaxed);
    while (n > 0) {
        /* acquire: pairs with the release in _PyParker_Unpark() */
        if (atomic_compare_exchange_weak_explicit(&p->permits, &n, n - 1,
                                                  memory_order_acquire,
                                                  memory_order_relaxed)) {
            return 1;
        }
    }
    return 0;
}

static inline void
_PyParker_Init(struct _PyParker *p)
{
    atomic_store_explicit(&p->permits, 0, memory_order_relaxed);
}

/* FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC, FUTEX_WAIT a
   relative one: only the first does not drift when it is interrupted. */
static inline enum _PyParker_result
_PyParker_Park(struct _PyParker *p, int64_t deadline)
{
    struct timespec ts, *until = NULL;
    if (deadline != PARKER_FOREVER) {
        ts.tv_sec = (time_t)(deadline / 1000000000);
        ts.tv_nsec = (long)(deadline % 1000000000);
        until = &ts;
    }
    for (;;) {
        if (_PyParker_take_permit(p)) {
            return PARKER_UNPARKED;
        }
        long r = syscall(SYS_futex, &p->permits, FUTEX_WAIT_BITSET_PRIVATE, 0,
                         until, NULL, FUTEX_BITSET_MATCH_ANY);
        if (r == 0 || errno == EAGAIN) {
            continue;
        }
        if (errno == EINTR) {
            return PARKER_INTERRUPTED;
        }
        if (errno != ETIMEDOUT) {
            Py_FatalError("PythonPlus: waiting on a futex failed");
        }
        return PARKER_TIMEOUT;
    }
}

/* The wake-up may reach a word whose owner took the permit and is gone: the
   kernel then finds nobody (or wakes a sleeper for nothing, which every user of
   futexes must bear), so its result is not looked at. */
static inline void
_PyParker_Unpark(struct _PyParker *p)
{
    atomic_fetch_add_explicit(&p->permits, 1, memory_order_release);
    (void)syscall(SYS_futex, &p->permits, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static inline void
_PyParker_AfterFork(struct _PyParker *p)
{
    _PyParker_Init(p);
}
