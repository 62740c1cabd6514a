/* Sleeping for something else than the GIL: the wait queues of plus_wait.h, seen by who
   waits in one.

   Included by plus_gil.c alone.  The words, the states and the argument that no wake-up is
   lost are in pycore_plus_wait.h. */

/* How long a sleeper spins, looking whether it was readied, before it parks; as SPIN_NS. */
#define SLEEP_SPIN_NS 50000

/* How long a signal may wait for the main thread with a parker that signal handlers
   must not touch. */
#define SIGNAL_LOOK_NS 20000000

/* --- the node --- */

int64_t
_PyWait_Now(void)
{
    return monotonic_ns();
}

/* Called with the lock.  The turn that the thread has still to be charged for is
   about to end. */
static void
announce(struct _PyWait_node *node, PyThreadState *tstate)
{
    struct _PyGIL_account *account = account_of(tstate);
    struct _PyGIL_waiter *self = node->waiter;
    catch_up(&node->gil->sched, self, account);
    self->vtime = account->vtime;
    if (account->turn_start != 0) {
        self->vtime += monotonic_ns() - account->turn_start;
    }
    assert(self->queue == NULL);
    self->node = node;
    _Py_atomic_store_int_relaxed(&self->sleeping, 1);
}

/* Called with the lock. */
static void
enter(struct _PyWait_queue *q, struct _PyWait_node *node, int announced,
      PyThreadState *tstate)
{
    put_node(q, node);
    list_node(&node->gil->sched.nodes, node);
    own_node(node->waiter, node);
    if (announced) {
        announce(node, tstate);
    }
}

/* Returns whether node is queued: not if the queue is that of a lock (is_lock) that
   was let go without the GIL, by a thread that ended, since it was found locked; or of a
   semaphore, for which such a thread left a unit. */
static int
enter_unless_free(struct _PyWait_queue *q, struct _PyWait_node *node, int announced,
                  int is_lock)
{
    PyThreadState *tstate = _PyThreadState_GET();
    assert(node->state == WAIT_NODE_OUT);
    node->gil = tstate->interp->ceval.gil;
    node->tstate = tstate;
    node->waiter = ready_waiter();
    struct _PyGIL_sched *sched = &node->gil->sched;
    lock_sched(sched);
    int entered = node->unit
                ? (_PyWait_Word(q) & (WAIT_HANDED | WAIT_WOKEN)) != WAIT_HANDED
                : !is_lock || _PyWait_IsLocked(q);
    if (entered) {
        enter(q, node, announced, tstate);
    }
    unlock_sched(sched);
    return entered;
}

void
_PyWait_Enter(struct _PyWait_queue *q, struct _PyWait_node *node, int announced)
{
    (void)enter_unless_free(q, node, announced, /*is_lock=*/0);
}

int
_PyWait_EnterLock(struct _PyWait_queue *q, struct _PyWait_node *node)
{
    return enter_unless_free(q, node, /*announced=*/1, /*is_lock=*/1);
}

int
_PyWait_Announce(struct _PyWait_node *node)
{
    struct _PyGIL_sched *sched = &node->gil->sched;
    lock_sched(sched);
    int queued = node->state == WAIT_NODE_QUEUED;
    if (queued) {
        announce(node, _PyThreadState_GET());
    }
    unlock_sched(sched);
    return queued;
}

enum _PyWait_state
_PyWait_Leave(struct _PyWait_node *node)
{
    PLUS_CHAOS(granted);
    struct _PyGIL_waiter *self = node->waiter;
    struct _PyGIL_sched *sched = &node->gil->sched;
    lock_sched(sched);
    enum _PyWait_state state = node->state;
    if (state == WAIT_NODE_QUEUED) {
        take_node_out(node);
    }
    else if (state != WAIT_NODE_NOTIFIED) {
        change_word(node->queue, WAIT_WOKEN | WAIT_HANDED, 0);
    }
    unlist_node(&sched->nodes, node);
    node->state = WAIT_NODE_OUT;
    assert(!self->sleeping);
    disown_node(self, node);
    unlock_sched(sched);
    return state;
}

/* --- signals, and the sleep of the main thread ---

   The main thread offers its parker, looks whether a signal has come already, and
   parks.  A signal handler, which runs on any thread at any time, marks the signal as
   pending, takes the offer, and unparks.  Whatever the order, one sees the other: a
   signal that comes just before the sleep ends it.  (In CPython it does not.)
   Who takes the offer decides about a permit: a handler owes one, the main thread does
   not wait for one. */

static struct _PyGIL_waiter *offered_to_signals;

static int
take_offer(struct _PyGIL_waiter **offered)
{
    *offered = (struct _PyGIL_waiter *)_Py_atomic_exchange_ptr(&offered_to_signals, NULL);
    return *offered != NULL;
}

void
_PyWait_SignalArrived(void)
{
    struct _PyGIL_waiter *main_waiter;
    if (take_offer(&main_waiter)) {
        _PyParker_Unpark(&main_waiter->parker);
    }
}

/* With a parker that handlers must not touch the main thread looks for signals now
   and then.  Returns deadline or an earlier time. */
static int64_t
signal_limit(int64_t deadline)
{
    if (PARKER_SIGNAL_SAFE) {
        return deadline;
    }
    int64_t until = monotonic_ns() + SIGNAL_LOOK_NS;
    return deadline == PARKER_FOREVER || until < deadline ? until : deadline;
}

/* Called without the lock.  signals: a word whose bit _PY_SIGNALS_PENDING_BIT ends the
   sleep, or NULL.  *owed: whether a signal handler gives, or has given, a permit. */
static enum _PyParker_result
park_for_signals(struct _PyGIL_waiter *self, int64_t deadline, const uintptr_t *signals,
                 int *owed)
{
    *owed = 0;
    if (signals == NULL) {
        PLUS_CHAOS(park);
        return _PyParker_Park(&self->parker, deadline);
    }
    int64_t until = signal_limit(deadline);
    enum _PyParker_result result = PARKER_INTERRUPTED;
    if (PARKER_SIGNAL_SAFE) {
        _Py_atomic_store_ptr(&offered_to_signals, self);
    }
    PLUS_CHAOS(offered);
    if (!(_Py_atomic_load_uintptr(signals) & _PY_SIGNALS_PENDING_BIT)) {
        PLUS_CHAOS(park);
        result = _PyParker_Park(&self->parker, until);
    }
    struct _PyGIL_waiter *offered;
    *owed = PARKER_SIGNAL_SAFE && !take_offer(&offered);
    return result == PARKER_TIMEOUT && until != deadline ? PARKER_INTERRUPTED : result;
}

/* In the child of a fork the main thread is another one. */
static void
signals_after_fork(void)
{
    _Py_atomic_store_ptr(&offered_to_signals, NULL);
}

/* --- the sleep --- */

/* Needs no lock: pairs with make_ready(). */
static int
was_readied(const struct _PyGIL_sched *Py_UNUSED(sched), const struct _PyGIL_waiter *self)
{
    return !_Py_atomic_load_int_acquire(&self->sleeping);
}

/* Called with the lock, which is not held during the sleep. */
static enum _PyWait_result
park_asleep(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self, int64_t deadline,
            const uintptr_t *signals)
{
    int signalled;
    enum _PyWait_result why = WAIT_READIED;
    self->parked = 1;
    unlock_sched(sched);
    enum _PyParker_result result = park_for_signals(self, deadline, signals, &signalled);
    PLUS_CHAOS(unparked);
    lock_sched(sched);
    int unparked = !self->parked;
    if (self->sleeping) {
        why = result == PARKER_TIMEOUT ? WAIT_TIMED_OUT : WAIT_INTERRUPTED;
        self->parked = 0;
        self->sleeping = 0;
    }
    else if (self->parked) {
        (void)wake(sched, self);        /* in the ready queue, and now awake */
    }
    /* From here on nobody gives a permit but those who owe one already. */
    for (int due = unparked + signalled; due > 0; due--) {
        take_permit(sched, self, result);
        result = PARKER_INTERRUPTED;
    }
    return why;
}

/* Without the GIL.  signals: a word with the bit _PY_SIGNALS_PENDING_BIT, or NULL. */
static enum _PyWait_result
sleep_without_gil(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self,
                  int64_t deadline, const uintptr_t *signals)
{
    PLUS_CHAOS(sleep);
    int64_t until = monotonic_ns() + SLEEP_SPIN_NS;
    if ((deadline == PARKER_FOREVER || until < deadline)
        && worth_spinning(sched, &self->sleep_backoff)) {
        spin(sched, self, was_readied, &self->sleep_backoff, until);
    }
    if (was_readied(sched, self)) {
        return WAIT_READIED;
    }
    enum _PyWait_result result = WAIT_READIED;
    lock_sched(sched);
    if (self->sleeping) {
        result = park_asleep(sched, self, deadline, signals);
    }
    unlock_sched(sched);
    return result;
}

enum _PyWait_result
_PyWait_Sleep(struct _PyWait_node *node, int64_t deadline, int interruptible)
{
    PyThreadState *tstate = _PyThreadState_GET();
    const uintptr_t *signals = NULL;
    if (interruptible && _Py_ThreadCanHandleSignals(tstate->interp)) {
        _PyAtomic_RecallSignals(tstate);
        signals = &tstate->eval_breaker;
    }
    _PyThreadState_Detach(tstate);
    enum _PyWait_result result = sleep_without_gil(&node->gil->sched, node->waiter,
                                                   deadline, signals);
    PLUS_CHAOS(slept);
    _PyThreadState_Attach(tstate);
    return result;
}
