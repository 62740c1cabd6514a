/* The slow paths of the GIL: waiting for it, and releasing it while others wait.

   The fast paths are in plus_gil_fast.h, the decisions in plus_policy.h; words,
   state word and the argument that no wake-up is lost in pycore_plus_gil.h. */

#include "Python.h"
#include "pycore_ceval.h"         // _PY_GIL_DROP_REQUEST_BIT
#include "pycore_interp.h"        // PyInterpreterState.ceval
#include "pycore_plus_chaos.h"    // PLUS_CHAOS()
#include "pycore_plus_wait.h"     // wait queues
#include "pycore_plus_waiter.h"   // struct _PyGIL_waiter
#include "pycore_pystate.h"       // _PyThreadState_MustExit()

#include <sched.h>                // sched_getaffinity()
#include <time.h>                 // clock_gettime()

#include "plus_policy.h"

#define WAITERS ((uintptr_t)1)

static _Thread_local struct _PyGIL_waiter this_waiter;

static int64_t
monotonic_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

#include "plus_spin.h"

/* --- the internal lock --- */

static void
lock_sched(struct _PyGIL_sched *sched)
{
    PLUS_CHAOS(lock);
    pthread_mutex_lock(&sched->lock);
    PLUS_CHAOS(locked);
}

static void
unlock_sched(struct _PyGIL_sched *sched)
{
    pthread_mutex_unlock(&sched->lock);
    PLUS_CHAOS(unlocked);
}

/* Returns the time, ns.  It is read under the lock: turns end and begin in the order of
   their times, and no two of them overlap. */
static int64_t
lock_and_look(struct _PyGIL_sched *sched)
{
    lock_sched(sched);
    return monotonic_ns();
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

/* The GIL is or becomes free, or is taken: sum up how long it was free although
   somebody waited. */
static void
count_free(struct _PyGIL_sched *sched, int is_free, int64_t now)
{
    if (sched->free_at != 0) {
        sched->wanted_free_ns += now - sched->free_at;
    }
    sched->free_at = is_free && sched->queued != 0 ? now : 0;
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

/* A queue must not be left without a watcher, nor its first I/O waiter asleep without a
   deadline: it looks itself after the time that it has to wait for, and its wake-up
   takes no time of the GIL. */
static struct _PyGIL_waiter *
keep_watch(struct _PyGIL_sched *sched)
{
    struct _PyGIL_waiter *first = first_waiter(sched);
    int asleep = first != NULL && first->class == GIL_CLASS_IO && !first->armed;
    return sched->watchers > 0 && !asleep ? NULL : wake(sched, first);
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

/* What a thread that wants the GIL carries from one look at it to the next. */
struct attempt {
    struct _gil_runtime_state *gil;
    struct _PyGIL_waiter *self;
    PyThreadState *tstate;
    int64_t now;                /* time of this look; ns */
    int64_t spin_ns;            /* how long to spin before it parks, or 0 */
    int has_spun;
    int parks, timed_out;       /* how often it has slept, and to the deadline */
    int demoted;                /* by the policy, as it arrived */
    struct _PyGIL_waiter *owed; /* an Unpark, or NULL */
};

static void
ask_holder(struct _PyGIL_sched *sched)
{
    PyThreadState *holder = holder_of(sched);
    if (!_Py_eval_breaker_bit_is_set(holder, _PY_GIL_DROP_REQUEST_BIT)) {
        _Py_set_eval_breaker_bit(holder, _PY_GIL_DROP_REQUEST_BIT);
    }
}

/* The GIL is not lent, or not any more. */
static void
end_loan(struct _PyGIL_sched *sched)
{
    sched->lent_by = NULL;
    _Py_atomic_store_int64_relaxed(&sched->lent_until, 0);
}

/* Take the GIL if it is free and self may have it.  self is awake; queued or
   not.  Returns whether it has it. */
static int
try_take(struct attempt *try)
{
    struct _PyGIL_sched *sched = &try->gil->sched;
    struct _PyGIL_waiter *self = try->self;
    if (holder_of(sched) != NULL || !policy_may_take(try->gil, self, try->now)) {
        return 0;
    }
    int64_t start = policy_turn_start(sched, self, try->now);
    count_free(sched, 0, try->now);
    if (self->queue != NULL) {
        dequeue(sched, self);
    }
    try->owed = keep_watch(sched);
    _Py_atomic_store_ulong_relaxed(&sched->turns, sched->turns + 1);
    end_loan(sched);
    /* A thread that was put back is not CPU-bound, however it waited. */
    policy_begin_turn(sched, account_of(try->tstate),
                      self->yielded ? GIL_CLASS_CPU : GIL_CLASS_IO, start);
    self->yielded = 0;
    set_word(sched, try->tstate);
    return 1;
}

/* The GIL is free, and the current thread lent it: go on where it stopped. */
static void
take_back(struct _PyGIL_sched *sched, PyThreadState *tstate, int64_t now)
{
    end_loan(sched);
    count_free(sched, 0, now);
    policy_take_back(sched, account_of(tstate), now);
    set_word(sched, tstate);
}

/* Without the lock: is it worth to take it and look? */
static int
looks_free(const struct _PyGIL_sched *sched, const struct _PyGIL_waiter *self)
{
    if ((_Py_atomic_load_uintptr_relaxed(&sched->word) & ~WAITERS) != 0) {
        return 0;
    }
    return !self->yielded
        || (_Py_atomic_load_ulong_relaxed(&sched->turns) != self->yield_turn
            && _Py_atomic_load_int64_relaxed(&sched->lent_until) < monotonic_ns());
}

/* When self, about to park, should look again, or PARKER_FOREVER: see "Who watches" in
   pycore_plus_gil.h.  holder: of the GIL, or NULL. */
static int64_t
next_look(struct attempt *try, struct _PyGIL_account *holder)
{
    struct _PyGIL_sched *sched = &try->gil->sched;
    struct _PyGIL_waiter *self = try->self;
    int alone = sched->watchers == 1;           /* self, while it is awake */
    struct _PyGIL_waiter *first = first_waiter(sched);
    int watches = alone || self == first;
    if (!watches && !policy_restored(try->gil, self)) {
        return PARKER_FOREVER;
    }
    int64_t wait = policy_watch(try->gil, self, holder, try->now);
    if (watches) {
        wait = Py_MIN(wait, policy_watch(try->gil, first, holder, try->now));
    }
    if (watches && self->monitor_period < wait && policy_monitors(sched, holder)) {
        wait = self->monitor_period;
        self->monitor_period *= 2;
    }
    return try->now + wait;
}

/* Somebody cleared self->parked, so one permit was given or is on its way. */
static void
take_permit(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self,
            enum _PyParker_result result)
{
    while (result != PARKER_UNPARKED) {
        unlock_sched(sched);
        result = _PyParker_Park(&self->parker, PARKER_FOREVER);
        lock_sched(sched);
    }
}

/* Sleep until unparked, until deadline, or until a signal comes.  The lock is
   held before and after, not in between. */
static void
park(struct attempt *try, int64_t deadline)
{
    struct _PyGIL_sched *sched = &try->gil->sched;
    struct _PyGIL_waiter *self = try->self;
    self->parked = 1;
    self->armed = deadline != PARKER_FOREVER;
    if (!self->armed) {
        sched->watchers--;
    }
    try->parks++;
    unlock_sched(sched);
    unpark(try->owed);
    try->owed = NULL;
    PLUS_CHAOS(park);
    enum _PyParker_result result = _PyParker_Park(&self->parker, deadline);
    PLUS_CHAOS(unparked);
    lock_sched(sched);
    if (self->parked) {
        (void)wake(sched, self);        /* nobody did, so no permit is due */
        try->timed_out += result == PARKER_TIMEOUT;
    }
    else {
        take_permit(sched, self, result);       /* may let the lock go for a while */
    }
    try->now = monotonic_ns();
}

/* self leaves the queue without having got the GIL; passes an invitation on.
   Called with the lock, returns without it. */
static void
leave(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self)
{
    struct _PyGIL_waiter *owed = NULL;
    if (self->queue != NULL) {
        dequeue(sched, self);
        /* Who yielded to it need not wait any longer. */
        _Py_atomic_store_ulong_relaxed(&sched->turns, sched->turns + 1);
        end_loan(sched);        /* the lender would find no WAITERS, and not know */
        owed = holder_of(sched) == NULL ? wake(sched, first_waiter(sched))
                                        : keep_watch(sched);
    }
    set_word(sched, holder_of(sched));
    unlock_sched(sched);
    unpark(owed);
}

static void forget_nodes(struct _PyGIL_waiter *self, PyThreadState *tstate);

/* With the lock held; lets it go if the thread ends.  tstate may be gone if it
   does, so this comes before anything of tstate is looked at. */
static void
exit_if_finalizing(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self,
                   PyThreadState *tstate)
{
    if (self->orphan) {
        unlock_sched(sched);
        forget_nodes(self, NULL);
        PyThread_exit_thread();
    }
    if (_PyThreadState_MustExit(tstate)) {
        leave(sched, self);
        forget_nodes(self, NULL);
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
    forget_nodes(self, NULL);
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

/* Ask the holder for the GIL if self or the first waiter may. */
static void
ask_if_due(struct attempt *try, struct _PyGIL_account *holder)
{
    struct _PyGIL_sched *sched = &try->gil->sched;
    struct _PyGIL_waiter *self = try->self;
    int is_due = policy_patience(try->gil, self, holder, try->now) <= 0;
    if (is_due
        || policy_patience(try->gil, first_waiter(sched), holder, try->now) <= 0
        || (self->class == GIL_CLASS_IO && PLUS_CHAOS_ASKS()))
    {
        ask_holder(sched);
    }
    if (is_due && policy_restored(try->gil, self)) {
        dequeue(sched, self);
        self->class = GIL_CLASS_IO;
        enqueue(sched, self, /*at_head=*/0);
    }
}

/* One look at the GIL by a queued waiter that cannot have it yet: ask for it if
   due, then spin once in this wait, then park.  A waiter that finds the GIL free
   was not the one to be invited, or a lent GIL did not come back: it invites. */
static void
wait_a_while(struct attempt *try)
{
    struct _PyGIL_sched *sched = &try->gil->sched;
    PyThreadState *tstate = holder_of(sched);
    struct _PyGIL_account *holder = tstate != NULL ? account_of(tstate) : NULL;
    if (holder == NULL) {
        try->owed = wake(sched, first_waiter(sched));
    }
    else {
        ask_if_due(try, holder);
    }
    if (try->spin_ns > 0) {
        int64_t until = try->now + try->spin_ns;
        try->spin_ns = 0;
        try->has_spun = 1;
        unlock_sched(sched);
        unpark(try->owed);
        try->owed = NULL;
        spin(sched, try->self, looks_free, &try->self->wait_backoff, until);
        try->now = lock_and_look(sched);
        return;
    }
    park(try, next_look(try, holder));
}

/* The current thread has the GIL now, which guards the counters. */
static void
count_take(struct attempt *try, int64_t began)
{
    struct _PyGIL_stats *stats = &account_of(try->tstate)->stats;
    int64_t waited = try->now - began;
    stats->takes_parked += try->parks > 0;
    stats->takes_spun += try->has_spun && try->parks == 0;
    stats->parks += try->parks;
    stats->parks_timed_out += try->timed_out;
    stats->demotions += try->demoted;
    stats->waited_ns += waited;
    if (waited > stats->longest_wait_ns) {
        stats->longest_wait_ns = waited;
    }
}

void
_PyGIL_BeginAccount(struct _PyGIL_sched *sched, PyThreadState *tstate)
{
    policy_begin_account(sched, &this_waiter, account_of(tstate));
}

void
_PyGIL_TakeSlow(struct _gil_runtime_state *gil, PyThreadState *tstate)
{
    struct _PyGIL_sched *sched = &gil->sched;
    struct attempt try = {
        .gil = gil, .self = ready_waiter(), .tstate = tstate,
    };

    try.now = lock_and_look(sched);
    int64_t began = try.now;
    release_ends(try.self, try.now);
    mark_contended(sched);
    exit_if_finalizing(sched, try.self, tstate);
    if (sched->lent_by == tstate && holder_of(sched) == NULL) {
        take_back(sched, tstate, try.now);
        unlock_sched(sched);
        return;
    }
    if (try.self->readied) {
        try.self->readied = 0;
        try.demoted = policy_readied(gil, try.self, account_of(tstate));
    }
    else if (try.self->queue == NULL) {         /* a yielder queued itself */
        try.demoted = policy_arrive(gil, try.self, account_of(tstate), holder_of(sched),
                                    try.now);
    }
    try.spin_ns = policy_spin(try.self, account_of(tstate));
    if (try.spin_ns > 0 && !worth_spinning(sched, &try.self->wait_backoff)) {
        try.spin_ns = 0;
    }
    while (!try_take(&try)) {
        if (try.self->queue == NULL) {
            enqueue(sched, try.self, /*at_head=*/0);
        }
        wait_a_while(&try);
        exit_if_finalizing(sched, try.self, tstate);
    }
    count_take(&try, began);
    unlock_sched(sched);
    unpark(try.owed);
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
    policy_end_turn(gil, self, account, now);
    release_begins(self, account->release_site, now);
    int asked = _PyAtomic_ForgetRequest(tstate, now);
    if (_Py_eval_breaker_bit_is_set(tstate, _PY_GIL_DROP_REQUEST_BIT)) {
        /* Here and not when the GIL is taken: a request may come as soon as
           the word says that a thread has it. */
        asked = 1;
        _Py_unset_eval_breaker_bit(tstate, _PY_GIL_DROP_REQUEST_BIT);
    }
    account->stats.asked_to_yield += asked;
    struct _PyGIL_waiter *next = first_waiter(sched);
    if (self->yielding && next != NULL) {
        next = wake(sched, next);
        self->yielded = 1;
        self->yield_turn = sched->turns;
        account->stats.yields++;
        enqueue(sched, self, policy_yield(gil, self, account, now));
    }
    else if (policy_may_lend(gil, self, account)) {
        account->lends = 1;
        account->stats.lends++;
        sched->lent_at = now;
        _Py_atomic_store_int64_relaxed(&sched->lent_until, now + 2 * SHORT_RELEASE_NS);
        sched->lent_by = tstate;
        return NULL;
    }
    else {
        next = wake(sched, next);
    }
    account->stats.invitations += next != NULL;
    return next;
}

void
_PyGIL_DropSlow(struct _gil_runtime_state *gil, PyThreadState *tstate, int final_release)
{
    struct _PyGIL_sched *sched = &gil->sched;
    struct _PyGIL_waiter *self = ready_waiter(), *owed = NULL;

    int64_t now = lock_and_look(sched);
    if (tstate == NULL) {
        owed = wake(sched, first_waiter(sched));
    }
    else {
        owed = end_turn(gil, self, tstate, now);
        if (final_release) {
            policy_end_account(gil, account_of(tstate));
            _PyGIL_KeepStats(sched, tstate);
        }
    }
    count_free(sched, 1, now);
    set_word(sched, NULL);
    unlock_sched(sched);
    unpark(owed);
}

int
_PyThread_yield_GIL(void)
{
    PyThreadState *tstate = _PyThreadState_GET();
    if (!_Py_eval_breaker_bit_is_set(tstate, _PY_GIL_DROP_REQUEST_BIT)) {
        return 0;
    }
    if (_PyAtomic_PutOff(tstate)) {
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

/* Sleepers: threads that wait for something else than the GIL. */
#include "plus_wait.h"
#include "plus_sleep.h"

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
    static uint64_t serial;
    memset(sched, 0, sizeof(*sched));
    sched->serial = _Py_atomic_add_uint64(&serial, 1) + 1;
    pthread_mutex_init(&sched->lock, NULL);
    sched->policy = policy;
    sched->spin = more_than_one_cpu();
}

void
_PyGIL_AfterFork(struct _PyGIL_sched *sched)
{
    struct _PyGIL_waiter *self = &this_waiter;
    struct _PyWait_node *nodes = nodes_after_fork(sched, self);
    self->queue = NULL;
    self->next = self->prev = NULL;
    self->parked = self->armed = self->yielded = 0;
    self->sleeping = self->readied = 0;
    self->released_at_site = NULL;
    if (self->has_parker) {
        _PyParker_AfterFork(&self->parker);
    }
    signals_after_fork();
    /* It is the same GIL, whose clock its accounts go by. */
    uint64_t serial = sched->serial;
    int64_t reference = sched->reference, newcomers = sched->newcomers;
    _PyGIL_Init(sched, sched->policy);
    sched->serial = serial;
    sched->reference = reference;
    sched->newcomers = newcomers;
    sched->nodes = nodes;
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
