/* Spinning: to look for a moment before parking, for what a thread waits for may be
   under way already, and to be woken costs more.

   Included by plus_gil.c alone.  How long: plus_policy.h, plus_sleep.h. */

/* After n failures in a row a thread waits 2**n times without spinning, at most
   2**SPIN_BACKOFF_MAX times. */
#define SPIN_BACKOFF_MAX 6

static inline void
cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ __volatile__("yield");
#endif
}

/* Asked once in each wait.  backoff: of waits of this kind. */
static int
worth_spinning(const struct _PyGIL_sched *sched, struct _PyGIL_backoff *backoff)
{
    if (!sched->spin || sched->policy == PLUS_GIL_STOCK) {
        return 0;
    }
    if (backoff->skips > 0) {
        backoff->skips--;
        return 0;
    }
    return 1;
}

/* Look, without the lock, until seen(sched, self) or until a time, in ns. */
static inline Py_ALWAYS_INLINE void
spin(const struct _PyGIL_sched *sched, const struct _PyGIL_waiter *self,
     int (*seen)(const struct _PyGIL_sched *, const struct _PyGIL_waiter *),
     struct _PyGIL_backoff *backoff, int64_t until)
{
    do {
        for (int i = 0; i < 8; i++) {
            if (seen(sched, self)) {
                backoff->failures = 0;
                return;
            }
            cpu_relax();
        }
        sched_yield();
    } while (monotonic_ns() < until);
    if (backoff->failures < SPIN_BACKOFF_MAX) {
        backoff->failures++;
    }
    backoff->skips = 1 << backoff->failures;
}
