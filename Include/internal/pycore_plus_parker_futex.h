/* Parker on a Linux futex: the permits are counted in a word.
   See pycore_plus_parker.h for what the functions promise. */

#include <errno.h>
#include <linux/futex.h>
#include <linux/time_types.h>
#include <stdatomic.h>
#include <string.h>
#include <sys/syscall.h>
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

/* What the kernel reads, whatever time_t is here: SYS_futex a time in words of the
   machine, and SYS_futex_time64, which the youngest ports have alone, one of 64 bits. */
#ifdef SYS_futex
#  define PARKER_SYS_FUTEX SYS_futex
typedef struct __kernel_old_timespec _PyParker_time;
#else
#  define PARKER_SYS_FUTEX SYS_futex_time64
typedef struct __kernel_timespec _PyParker_time;
#endif

/* Returns ts, or NULL if it has no room for the time: it is some 68 years off. */
static inline _PyParker_time *
_PyParker_time_of(int64_t deadline, _PyParker_time *ts)
{
    int64_t seconds = deadline / 1000000000;
    memset(ts, 0, sizeof(*ts));
    ts->tv_sec = seconds;
    ts->tv_nsec = (long)(deadline % 1000000000);
    return ts->tv_sec == seconds ? ts : NULL;
}

/* FUTEX_WAIT_BITSET takes an absolute time of CLOCK_MONOTONIC, FUTEX_WAIT a
   relative one: only the first does not drift when it is interrupted. */
static inline enum _PyParker_result
_PyParker_Park(struct _PyParker *p, int64_t deadline)
{
    _PyParker_time ts, *until = NULL;
    if (deadline != PARKER_FOREVER) {
        until = _PyParker_time_of(deadline, &ts);
    }
    for (;;) {
        if (_PyParker_take_permit(p)) {
            return PARKER_UNPARKED;
        }
        long r = syscall(PARKER_SYS_FUTEX, &p->permits, FUTEX_WAIT_BITSET_PRIVATE, 0,
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
    (void)syscall(PARKER_SYS_FUTEX, &p->permits, FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static inline void
_PyParker_AfterFork(struct _PyParker *p)
{
    _PyParker_Init(p);
}
