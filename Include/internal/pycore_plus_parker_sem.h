/* Parker on a POSIX semaphore: the permits are the semaphore's count.
   See pycore_plus_parker.h for what the functions promise. */

#include <errno.h>
#include <semaphore.h>
#include <time.h>

#define PARKER_SIGNAL_SAFE 1    /* sem_post() is */

struct _PyParker {
    sem_t sem;
};

static inline void
_PyParker_Init(struct _PyParker *p)
{
    if (sem_init(&p->sem, /*pshared=*/0, /*value=*/0) != 0) {
        Py_FatalError("PythonPlus: sem_init() failed");
    }
}

/* sem_clockwait() (glibc 2.30) sleeps on the clock that we want.  Without it
   the time left is added to the wall clock: a clock that is set meanwhile
   makes this sleep too long or too short, and callers look at the time again. */
static inline int
_PyParker_sem_wait_until(sem_t *sem, int64_t deadline)
{
    struct timespec ts;
#ifdef HAVE_SEM_CLOCKWAIT
    ts.tv_sec = (time_t)(deadline / 1000000000);
    ts.tv_nsec = (long)(deadline % 1000000000);
    return sem_clockwait(sem, CLOCK_MONOTONIC, &ts);
#else
    clock_gettime(CLOCK_MONOTONIC, &ts);
    int64_t left = deadline - ((int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec);
    clock_gettime(CLOCK_REALTIME, &ts);
    int64_t at = (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec + (left > 0 ? left : 0);
    ts.tv_sec = (time_t)(at / 1000000000);
    ts.tv_nsec = (long)(at % 1000000000);
    return sem_timedwait(sem, &ts);
#endif
}

static inline enum _PyParker_result
_PyParker_Park(struct _PyParker *p, int64_t deadline)
{
    int r = deadline == PARKER_FOREVER ? sem_wait(&p->sem)
                                       : _PyParker_sem_wait_until(&p->sem, deadline);
    if (r == 0) {
        return PARKER_UNPARKED;
    }
    if (errno == EINTR) {
        return PARKER_INTERRUPTED;
    }
    if (errno != ETIMEDOUT) {
        Py_FatalError("PythonPlus: waiting on a semaphore failed");
    }
    return PARKER_TIMEOUT;
}

static inline void
_PyParker_Unpark(struct _PyParker *p)
{
    if (sem_post(&p->sem) != 0) {
        Py_FatalError("PythonPlus: sem_post() failed");
    }
}

static inline void
_PyParker_AfterFork(struct _PyParker *p)
{
    _PyParker_Init(p);
}
