/* The condition variable made of parkers.  States, guards and the argument that no
   wake-up is lost are in pycore_plus_condvar.h.

   Compiles without CPython as well: see pycore_plus_standalone.h. */

#ifdef Py_BUILD_CORE
#  include "Python.h"
#endif
#include <assert.h>
#include <errno.h>
#include <stddef.h>
#include "pycore_plus_condvar.h"

static _Thread_local struct _PyCondvar_waiter this_waiter;

/* --- the queue; the mutex is held --- */

static void
enqueue(struct _PyCondvar *cv, struct _PyCondvar_waiter *w)
{
    assert(w->state == CONDVAR_WAITER_OUT);
    w->state = CONDVAR_WAITER_QUEUED;
    w->next = NULL;
    w->prev = cv->tail;
    *(w->prev != NULL ? &w->prev->next : &cv->head) = w;
    cv->tail = w;
}

static void
dequeue(struct _PyCondvar *cv, struct _PyCondvar_waiter *w,
        enum _PyCondvar_state state)
{
    assert(w->state == CONDVAR_WAITER_QUEUED);
    *(w->prev != NULL ? &w->prev->next : &cv->head) = w->next;
    *(w->next != NULL ? &w->next->prev : &cv->tail) = w->prev;
    w->next = w->prev = NULL;
    w->state = state;
}

/* --- waiting --- */

static struct _PyCondvar_waiter *
ready_waiter(void)
{
    struct _PyCondvar_waiter *self = &this_waiter;
    if (!self->has_parker) {
        _PyParker_Init(&self->parker);
        self->has_parker = 1;
    }
    return self;
}

/* The sleep is over, the mutex is held again: what came of the wait.  This is the
   one place where that is decided. */
static enum _PyCondvar_result
end_wait(struct _PyCondvar *cv, struct _PyCondvar_waiter *self,
         enum _PyParker_result slept)
{
    if (self->state == CONDVAR_WAITER_QUEUED) {
        assert(slept != PARKER_UNPARKED);
        dequeue(cv, self, CONDVAR_WAITER_OUT);
        return slept == PARKER_TIMEOUT ? CONDVAR_TIMEOUT : CONDVAR_INTERRUPTED;
    }
    /* The permit was given, or will be at once, and nothing is needed for that. */
    while (slept != PARKER_UNPARKED) {
        slept = _PyParker_Park(&self->parker, PARKER_FOREVER);
    }
    self->state = CONDVAR_WAITER_OUT;
    return CONDVAR_SIGNALLED;
}

enum _PyCondvar_result
_PyCondvar_WaitUntil(struct _PyCondvar *cv, const struct _PyCondvar_mutex *mutex,
                     int64_t deadline)
{
    struct _PyCondvar_waiter *self = ready_waiter();
    enqueue(cv, self);
    mutex->unlock(mutex->arg);
    enum _PyParker_result slept = _PyParker_Park(&self->parker, deadline);
    mutex->lock(mutex->arg);
    return end_wait(cv, self, slept);
}

enum _PyCondvar_result
_PyCondvar_Wait(struct _PyCondvar *cv, const struct _PyCondvar_mutex *mutex)
{
    return _PyCondvar_WaitUntil(cv, mutex, PARKER_FOREVER);
}

/* --- signalling --- */

/* The waiter that is signalled now and has to be unparked, or NULL. */
static struct _PyCondvar_waiter *
take_first(struct _PyCondvar *cv)
{
    struct _PyCondvar_waiter *first = cv->head;
    if (first != NULL) {
        dequeue(cv, first, CONDVAR_WAITER_SIGNALLED);
    }
    return first;
}

static int
unpark(struct _PyCondvar_waiter *w)
{
    if (w == NULL) {
        return 0;
    }
    _PyParker_Unpark(&w->parker);
    return 1;
}

int
_PyCondvar_Signal(struct _PyCondvar *cv)
{
    return unpark(take_first(cv));
}

int
_PyCondvar_SignalUnlock(struct _PyCondvar *cv, const struct _PyCondvar_mutex *mutex)
{
    struct _PyCondvar_waiter *first = take_first(cv);
    mutex->unlock(mutex->arg);
    return unpark(first);
}

/* It ends: nobody can join the queue while the mutex is held. */
int
_PyCondvar_Broadcast(struct _PyCondvar *cv)
{
    int woken = 0;
    while (_PyCondvar_Signal(cv)) {
        woken++;
    }
    return woken;
}

/* --- life and death --- */

void
_PyCondvar_Init(struct _PyCondvar *cv)
{
    cv->head = cv->tail = NULL;
}

int
_PyCondvar_Destroy(struct _PyCondvar *cv)
{
    return cv->head != NULL ? EBUSY : 0;
}

void
_PyCondvar_AfterFork(struct _PyCondvar *cv)
{
    struct _PyCondvar_waiter *self = &this_waiter;
    _PyCondvar_Init(cv);
    self->next = self->prev = NULL;
    self->state = CONDVAR_WAITER_OUT;
    if (self->has_parker) {
        _PyParker_AfterFork(&self->parker);
    }
}

/* --- a POSIX mutex as the caller's mutex --- */

static void
lock_pthread_mutex(void *mutex)
{
    if (pthread_mutex_lock(mutex) != 0) {
        Py_FatalError("PythonPlus: pthread_mutex_lock() failed");
    }
}

static void
unlock_pthread_mutex(void *mutex)
{
    if (pthread_mutex_unlock(mutex) != 0) {
        Py_FatalError("PythonPlus: pthread_mutex_unlock() failed");
    }
}

struct _PyCondvar_mutex
_PyCondvar_PthreadMutex(pthread_mutex_t *mutex)
{
    return (struct _PyCondvar_mutex){
        .lock = lock_pthread_mutex, .unlock = unlock_pthread_mutex, .arg = mutex,
    };
}
