/* Parker on a POSIX condition variable: the permits are counted under its
   mutex.  See pycore_plus_parker.h for what the functions promise.  A signal does not
   end a wait here: pthread_cond_wait() goes on sleeping. */

#include <errno.h>
#include <pthread.h>
#include <time.h>

#define PARKER_SIGNAL_SAFE 0    /* a mutex is not */

struct _PyParker {
    pthread_mutex_t mutex;
    pthread_cond_t cond;
    int permits;            /* guarded by mutex */
};

static inline void
_PyParker_Init(struct _PyParker *p)
{
    pthread_condattr_t attr;
    if (pthread_condattr_init(&attr) != 0
        || pthread_condattr_setclock(&attr, CLOCK_MONOTONIC) != 0
        || pthread_mutex_init(&p->mutex, NULL) != 0
        || pthread_cond_init(&p->cond, &attr) != 0)
    {
        Py_FatalError("PythonPlus: pthread_cond_init() failed");
    }
    pthread_condattr_destroy(&attr);
    p->permits = 0;
}

static inline enum _PyParker_result
_PyParker_Park(struct _PyParker *p, int64_t deadline)
{
    struct timespec ts;
    ts.tv_sec = (time_t)(deadline / 1000000000);
    ts.tv_nsec = (long)(deadline % 1000000000);

    int r = 0;
    pthread_mutex_lock(&p->mutex);
    while (p->permits == 0 && r == 0) {
        r = deadline == PARKER_FOREVER
            ? pthread_cond_wait(&p->cond, &p->mutex)
            : pthread_cond_timedwait(&p->cond, &p->mutex, &ts);
    }
    enum _PyParker_result result = PARKER_TIMEOUT;
    if (p->permits > 0) {
        p->permits--;
        result = PARKER_UNPARKED;
    }
    pthread_mutex_unlock(&p->mutex);
    if (r != 0 && r != ETIMEDOUT) {
        Py_FatalError("PythonPlus: waiting on a condition variable failed");
    }
    return result;
}

/* The signal is sent under the mutex: once the owner has the permit, it may be
   gone together with the condition variable. */
static inline void
_PyParker_Unpark(struct _PyParker *p)
{
    pthread_mutex_lock(&p->mutex);
    p->permits++;
    pthread_cond_signal(&p->cond);
    pthread_mutex_unlock(&p->mutex);
}

static inline void
_PyParker_AfterFork(struct _PyParker *p)
{
    _PyParker_Init(p);
}
