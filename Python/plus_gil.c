/* The slow paths of the GIL: waiting for it, and releasing it while others wait.

   The fast paths are in plus_gil_fast.h, the decisions in plus_policy.h; words,
   state word and the argument that no wake-up is lost in pycore_plus_gil.h. */

#include "Python.h"
#include "pycore_ceval.h"         // _PY_GIL_DROP_REQUEST_BIT
#include "pycore_interp.h"        // PyInterpreterState.ceval
#include "pycore_plus_chaos.h"    // PLUS_CHAOS()
#include "pycore_pystate.h"       // _PyThreadState_MustExit()

#include <sched.h>                // sched_getaffinity()
#include <time.h>                 // clock_gettime()

#include "plus_policy.h"

#define WAITERS ((uintptr_t)1)

/* How long a thread spins for the GIL before it parks: about what it costs to
   park and be woken on the same machine, so that spinning at most doubles it
   (the competitive ratio of Karlin et al., 1990). */
#define SPIN_NS 5000

/* Spinning stops for a while when it keeps failing. */
#define SPIN_LUCK_MAX 8

static _Thread_local struct _PyGIL_waiter this_waiter;

static int64_t
monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static inline void
cpu_relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
    __builtin_ia32_pause();
#elif defined(__aarch64__) || defined(__arm__)
    __asm__ __volatile__("yield");
#endif
}

/* --- the internal lock --- */

/* Critical sections are much shorter than a sleep, so try for a moment first:
   a thread that spins for the GIL meets the one that has just let it go. */
#define LOCK_TRIES 100

static void
lock_sched(struct _PyGIL_sched *sched)
{
    PLUS_CHAOS(lock);
    for (int i = 0; sched->spin && i < LOCK_TRIES; i++) {
        if (pthread_mutex_trylock(&sched->lock) == 0) {
            PLUS_CHAOS(locked);
            return;
        }
        cpu_relax();
    }
    pthread_mutex_lock(&sched->lock);
    PLUS_CHAOS(locked);
}

static void
unlock_sched(struct _PyGIL_sched *sched)
{
    pthread_mutex_unlock(&sched->lock);
    PLUS_CHAOS(unlocked);
}

/* --- the state word, seen by who holds the lock --- */

/* From here to the next set_word() the word changes under the lock only. */
static void
mark_contended(struct _PyGIL_sched *sched)
{
    _Py_atomic_or_uintptr(&sched->word, WAITERS);
}

static PyThreadState *
holder_of(struct _PyGIL_sched *sched)
{
    return (PyThreadState *)(_Py_atomic_load_uintptr_relaxed(&sched->word) & ~WAITERS);
}

/* holder: NULL for free.  The release pairs with the compare-and-swap of the
   next taker, or with the lock. */
static void
set_word(struct _PyGIL_sched *sched, PyThreadState *holder)
{
    uintptr_t waiters = sched->queued == 0 ? 0 : WAITERS;
    _Py_atomic_store_uintptr_release(&sched->word, (uintptr_t)holder | waiters);
}

/* --- the ready queues --- */

static void
enqueue(struct _PyGIL_sched *sched, struct _PyGIL_waiter *w, int at_head)
{
    struct _PyGIL_waiter **head = &sched->head[w->class], **tail = &sched->tail[w->class];
    w->queue = sched;
    w->prev = at_head ? NULL : *tail;
    w->next = at_head ? *head : NULL;
    *(w->prev != NULL ? &w->prev->next : head) = w;
    *(w->next != NULL ? &w->next->prev : tail) = w;
    sched->queued++;
    sched->watchers++;          /* it is awake */
}

/* w is awake. */
static void
dequeue(struct _PyGIL_sched *sched, struct _PyGIL_waiter *w)
{
    assert(w->queue == sched && !w->parked);
    *(w->prev != NULL ? &w->prev->next : &sched->head[w->class]) = w->next;
    *(w->next != NULL ? &w->next->prev : &sched->tail[w->class]) = w->prev;
    w->queue = NULL;
    w->next = w->prev = NULL;
    sched->queued--;
    sched->watchers--;
}

/* Make w awake if it is parked.  Returns w if the caller owes it an Unpark,
   else NULL. */
static struct _PyGIL_waiter *
wake(struct _PyGIL_sched *sched, struct _PyGIL_waiter *w)
{
    if (w == NULL || !w->parked) {
        return NULL;
    }
    w->parked = 0;
    if (!w->armed) {
        sched->watchers++;
    }
    w->armed = 0;
    return w;
}

/* A queue must not be left without a watcher. */
static struct _PyGIL_waiter *
keep_watch(struct _PyGIL_sched *sched)
{
    return sched->watchers > 0 ? NULL : wake(sched, first_waiter(sched));
}

/* Called without the lock.  w stays valid: it waits for this permit. */
static void
unpark(struct _PyGIL_waiter *w)
{
    if (w != NULL) {
        PLUS_CHAOS(unpark);
        _PyParker_Unpark(&w->parker);
    }
}

/* --- waiting --- */

static void
ask_holder(struct _PyGIL_sched *sched)
{
    PyThreadState *holder = holder_of(sched);
    if (!_Py_eval_breaker_bit_is_set(holder, _PY_GIL_DROP_REQUEST_BIT)) {
        _Py_set_eval_breaker_bit(holder, _PY_GIL_DROP_REQUEST_BIT);
    }
}

/* Take the GIL if it is free and self may have it.  self is awake; queued or
   not.  Returns whether it has it; *owed is a waiter to unpark then. */
static int
try_take(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
         PyThreadState *tstate, int64_t now, struct _PyGIL_waiter **owed)
{
    struct _PyGIL_sched *sched = &gil->sched;
    if (holder_of(sched) != NULL || !policy_may_take(gil, self, now)) {
        return 0;
    }
    if (self->queue != NULL) {
        dequeue(sched, self);
    }
    *owed = keep_watch(sched);
    sched->turns++;
    sched->lent_by = NULL;
    /* A thread that was put back is not CPU-bound, however it waited. */
    policy_begin_turn(sched, account_of(tstate),
                      self->yielded ? GIL_CLASS_CPU : GIL_CLASS_IO, now);
    self->yielded = 0;
    set_word(sched, tstate);
    return 1;
}

/* The GIL is free, and the current thread lent it: go on where it stopped. */
static void
take_back(struct _PyGIL_sched *sched, PyThreadState *tstate, int64_t now)
{
    struct _PyGIL_account *account = account_of(tstate);
    sched->lent_by = NULL;
    policy_begin_turn(sched, account, account->class, now);
    set_word(sched, tstate);
}

/* Look at the word for a moment, without the lock, until the GIL is free. */
static void
spin(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self, int64_t now)
{
    int64_t until = now + SPIN_NS;
    do {
        for (int i = 0; i < 8; i++) {
            if ((_Py_atomic_load_uintptr_relaxed(&sched->word) & ~WAITERS) == 0) {
                if (self->spin_luck < SPIN_LUCK_MAX) {
                    self->spin_luck++;
                }
                return;
            }
            cpu_relax();
        }
    } while (monotonic_ns() < until);
    if (self->spin_luck > -SPIN_LUCK_MAX) {
        self->spin_luck--;
    }
}

static int
worth_spinning(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self)
{
    if (!sched->spin || sched->policy == PLUS_GIL_STOCK || self->yielded) {
        return 0;
    }
    if (self->spin_luck > -SPIN_LUCK_MAX) {
        return 1;
    }
    self->spin_luck += SPIN_LUCK_MAX / 2;       /* try again after a few waits */
    return 0;
}

/* When self, about to park, should look again, or PARKER_FOREVER.  patience:
   until it may ask; monitor: the GIL may be lent until then. */
static int64_t
next_look(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self, int64_t patience,
          int64_t slice, int monitor, int64_t now)
{
    int first = self == first_waiter(sched);
    /* self counts as a watcher itself while it is awake. */
    if (!first && sched->watchers > 1 && patience <= 0) {
        return PARKER_FOREVER;
    }
    int64_t wait = patience > 0 ? patience : slice;
    if (first && monitor && self->monitor_period < wait) {
        wait = self->monitor_period;
        self->monitor_period *= 2;
    }
    return now + wait;
}

/* Sleep until unparked, until deadline, or until a signal comes.  The lock is
   held before and after, not in between.  owed is unparked first, unless NULL. */
static void
park(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self, int64_t deadline,
     struct _PyGIL_waiter *owed)
{
    self->parked = 1;
    self->armed = deadline != PARKER_FOREVER;
    if (!self->armed) {
        sched->watchers--;
    }
    unlock_sched(sched);
    unpark(owed);
    PLUS_CHAOS(park);
    enum _PyParker_result result = _PyParker_Park(&self->parker, deadline);
    PLUS_CHAOS(unparked);
    lock_sched(sched);
    if (self->parked) {
        (void)wake(sched, self);        /* nobody did, so no permit is due */
        return;
    }
    /* Somebody cleared `parked`, so one permit was given or is on its way. */
    while (result != PARKER_UNPARKED) {
        unlock_sched(sched);
        result = _PyParker_Park(&self->parker, PARKER_FOREVER);
        lock_sched(sched);
    }
}

/* self leaves the queue without having got the GIL; passes an invitation on.
   Called with the lock, returns without it. */
static void
leave(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self)
{
    struct _PyGIL_waiter *owed = NULL;
    if (self->queue != NULL) {
        dequeue(sched, self);
        sched->turns++;         /* who yielded to it need not wait any longer */
        owed = holder_of(sched) == NULL ? wake(sched, first_waiter(sched))
                                        : keep_watch(sched);
    }
    set_word(sched, holder_of(sched));
    unlock_sched(sched);
    unpark(owed);
}

/* With the lock held; lets it go if the thread ends.  tstate may be gone if it
   does, so this comes before anything of tstate is looked at. */
static void
exit_if_finalizing(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self,
                   PyThreadState *tstate)
{
    if (self->orphan) {
        unlock_sched(sched);
        PyThread_exit_thread();
    }
    if (_PyThreadState_MustExit(tstate)) {
        leave(sched, self);
        PyThread_exit_thread();
    }
}

void
_PyGIL_ExitThread(void)
{
    PLUS_CHAOS(exit);
    struct _PyGIL_waiter *self = &this_waiter;
    struct _PyGIL_sched *sched = self->queue;
    if (sched != NULL) {
        lock_sched(sched);
        mark_contended(sched);
        leave(sched, self);
    }
    PyThread_exit_thread();
}

static struct _PyGIL_waiter *
ready_waiter(void)
{
    struct _PyGIL_waiter *self = &this_waiter;
    if (!self->has_parker) {
        _PyParker_Init(&self->parker);
        self->has_parker = 1;
    }
    return self;
}

/* One look at the GIL by a queued waiter that cannot have it yet: ask for it if
   due, then spin once in this wait, then park.  A waiter that finds the GIL free
   was not the one to be invited, or a lent GIL did not come back: it invites. */
static void
wait_a_while(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
             int *may_spin, int64_t now)
{
    struct _PyGIL_sched *sched = &gil->sched;
    PyThreadState *holder = holder_of(sched);
    struct _PyGIL_waiter *owed = NULL;
    int64_t patience = MONITOR_NS;      /* until there is a holder to ask */
    int monitor = sched->policy == PLUS_GIL_IO;
    if (holder == NULL) {
        owed = wake(sched, first_waiter(sched));
    }
    else {
        struct _PyGIL_account *other = account_of(holder);
        patience = policy_patience(gil, self, other, now);
        monitor = monitor && (other->class == GIL_CLASS_IO || other->lends);
    }
    if (holder != NULL && (patience <= 0 || PLUS_CHAOS_ASKS())) {
        ask_holder(sched);
        if (policy_restored(gil, self)) {
            dequeue(sched, self);
            self->class = GIL_CLASS_IO;
            enqueue(sched, self, /*at_head=*/0);
        }
    }
    if (holder != NULL && *may_spin) {
        *may_spin = 0;
        unlock_sched(sched);
        spin(sched, self, now);
        lock_sched(sched);
        return;
    }
    park(sched, self,
         next_look(sched, self, patience, slice_of(gil), monitor, now), owed);
}

void
_PyGIL_TakeSlow(struct _gil_runtime_state *gil, PyThreadState *tstate)
{
    struct _PyGIL_sched *sched = &gil->sched;
    struct _PyGIL_waiter *self = ready_waiter(), *owed = NULL;
    int64_t now = monotonic_ns();
    int may_spin = worth_spinning(sched, self);

    release_ends(self, now);
    lock_sched(sched);
    mark_contended(sched);
    exit_if_finalizing(sched, self, tstate);
    if (sched->lent_by == tstate && holder_of(sched) == NULL) {
        take_back(sched, tstate, now);
        unlock_sched(sched);
        return;
    }
    if (self->queue == NULL) {          /* a yielder queued itself */
        policy_arrive(gil, self, account_of(tstate), holder_of(sched), now);
    }
    for (;;) {
        if (try_take(gil, self, tstate, now, &owed)) {
            break;
        }
        if (self->queue == NULL) {
            enqueue(sched, self, /*at_head=*/0);
        }
        wait_a_while(gil, self, &may_spin, now);
        exit_if_finalizing(sched, self, tstate);
        now = monotonic_ns();
    }
    unlock_sched(sched);
    unpark(owed);
}

/* --- releasing --- */

/* The current thread's turn ends: what becomes of the thread, and who is
   invited.  Returns a waiter to unpark, or NULL. */
static struct _PyGIL_waiter *
end_turn(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
         PyThreadState *tstate, int64_t now)
{
    struct _PyGIL_sched *sched = &gil->sched;
    struct _PyGIL_account *account = account_of(tstate);
    policy_end_turn(gil, account, now);
    release_begins(self, now);
    if (_Py_eval_breaker_bit_is_set(tstate, _PY_GIL_DROP_REQUEST_BIT)) {
        /* Here and not when the GIL is taken: a request may come as soon as
           the word says that a thread has it. */
        _Py_unset_eval_breaker_bit(tstate, _PY_GIL_DROP_REQUEST_BIT);
    }
    if (self->yielding && sched->queued != 0) {
        struct _PyGIL_waiter *next = wake(sched, first_waiter(sched));
        self->yielded = 1;
        self->yield_turn = sched->turns;
        enqueue(sched, self, policy_yield(gil, self, account, now));
        return next;
    }
    if (policy_may_lend(gil, self, account)) {
        account->lends = 1;
        sched->lent_by = tstate;
        return NULL;
    }
    return wake(sched, first_waiter(sched));
}

void
_PyGIL_DropSlow(struct _gil_runtime_state *gil, PyThreadState *tstate)
{
    struct _PyGIL_sched *sched = &gil->sched;
    struct _PyGIL_waiter *self = ready_waiter(), *owed = NULL;
    int64_t now = monotonic_ns();

    lock_sched(sched);
    if (tstate == NULL) {
        owed = wake(sched, first_waiter(sched));
    }
    else {
        owed = end_turn(gil, self, tstate, now);
    }
    set_word(sched, NULL);
    unlock_sched(sched);
    unpark(owed);
}

void
_PyGIL_NoteReleaseSite(const void *return_address)
{
    this_waiter.release_site = return_address;
}

int
_PyThread_yield_GIL(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    if (!_Py_eval_breaker_bit_is_set(tstate, _PY_GIL_DROP_REQUEST_BIT)) {
        return 0;
    }
    this_waiter.yielding = 1;
    PLUS_CHAOS(yield);
    _PyThreadState_Detach(tstate);
    PLUS_CHAOS(yielded);
    _PyThreadState_Attach(tstate);
    this_waiter.yielding = 0;
    return 1;
}

/* --- life and death --- */

static int
more_than_one_cpu(void)
{
    cpu_set_t set;
    return sched_getaffinity(0, sizeof(set), &set) != 0 || CPU_COUNT(&set) > 1;
}

void
_PyGIL_Init(struct _PyGIL_sched *sched, enum _PyGIL_policy policy)
{
    memset(sched, 0, sizeof(*sched));
    pthread_mutex_init(&sched->lock, NULL);
    sched->policy = policy;
    sched->spin = more_than_one_cpu();
}

void
_PyGIL_AfterFork(struct _PyGIL_sched *sched)
{
    struct _PyGIL_waiter *self = &this_waiter;
    self->queue = NULL;
    self->next = self->prev = NULL;
    self->parked = self->armed = self->yielded = 0;
    self->released_at_site = NULL;
    if (self->has_parker) {
        _PyParker_AfterFork(&self->parker);
    }
    _PyGIL_Init(sched, sched->policy);
}

void
_PyGIL_Orphan(struct _PyGIL_sched *sched)
{
    lock_sched(sched);
    struct _PyGIL_waiter *w;
    while ((w = first_waiter(sched)) != NULL) {
        struct _PyGIL_waiter *owed = wake(sched, w);
        dequeue(sched, w);
        w->orphan = 1;
        unpark(owed);       /* under the lock: w may end as soon as it is let go */
    }
    set_word(sched, holder_of(sched));
    unlock_sched(sched);
}

void
_PyGIL_SignalHolder(struct _PyGIL_sched *sched, PyInterpreterState *interp, uintptr_t bit)
{
    lock_sched(sched);
    mark_contended(sched);      /* the holder cannot leave now */
    PyThreadState *holder = holder_of(sched);
    if (holder != NULL && holder->interp == interp) {
        _Py_set_eval_breaker_bit(holder, bit);
    }
    set_word(sched, holder);
    unlock_sched(sched);
}
