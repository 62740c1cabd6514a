/* Wait queues: who waits for something else than the GIL, and how threads are moved to
   its ready queue.  How they sleep: plus_sleep.h.

   Included by plus_gil.c alone, whose queues these functions change.  The words,
   the states and the argument that no wake-up is lost are in pycore_plus_wait.h. */

/* A lock is handed to a waiter that has waited for longer than this, instead of
   left to whoever comes first: as long as the base's PyMutex waits to be fair. */
#define FAIR_NS 1000000

/* --- the ring --- */

static inline struct _PyWait_node *
first_node(const struct _PyWait_queue *q)
{
    return (struct _PyWait_node *)(_PyWait_Word(q) & ~WAIT_BITS);
}

/* Atomic, for who has the GIL may change LOCKED at the same time.  `set` may be
   a pointer. */
static void
change_word(struct _PyWait_queue *q, uintptr_t clear, uintptr_t set)
{
    uintptr_t word = _PyWait_Word(q);
    while (!_Py_atomic_compare_exchange_uintptr(&q->word, &word, (word & ~clear) | set)) {
    }
}

/* The node that is to come before it: the last one that is not younger.  *at_head: none
   is.  Whoever is new is the youngest, and who comes back is often the eldest. */
static struct _PyWait_node *
place_of(const struct _PyWait_node *node, struct _PyWait_node *first, int *at_head)
{
    struct _PyWait_node *before = first->prev;
    *at_head = node->since < first->since;
    while (!*at_head && before->since > node->since) {
        before = before->prev;
    }
    return before;
}

static void
put_node(struct _PyWait_queue *q, struct _PyWait_node *node)
{
    int at_head = 1;
    struct _PyWait_node *first = first_node(q);
    node->prev = first != NULL ? place_of(node, first, &at_head) : node;
    node->next = first != NULL ? node->prev->next : node;
    node->next->prev = node;
    node->prev->next = node;
    node->queue = q;
    node->state = WAIT_NODE_QUEUED;
    if (at_head) {
        change_word(q, ~WAIT_BITS, (uintptr_t)node);
    }
}

static void
take_node_out(struct _PyWait_node *node)
{
    assert(node->state == WAIT_NODE_QUEUED);
    if (first_node(node->queue) == node) {
        change_word(node->queue, ~WAIT_BITS,
                    (uintptr_t)(node->next != node ? node->next : NULL));
    }
    node->prev->next = node->next;
    node->next->prev = node->prev;
    node->next = node->prev = NULL;
}

/* --- all nodes of a GIL --- */

static void
list_node(struct _PyWait_node **all, struct _PyWait_node *node)
{
    node->all_prev = NULL;
    node->all_next = *all;
    if (*all != NULL) {
        (*all)->all_prev = node;
    }
    *all = node;
}

static void
unlist_node(struct _PyWait_node **all, struct _PyWait_node *node)
{
    *(node->all_prev != NULL ? &node->all_prev->all_next : all) = node->all_next;
    if (node->all_next != NULL) {
        node->all_next->all_prev = node->all_prev;
    }
}

/* --- the nodes of a thread --- */

static void
own_node(struct _PyGIL_waiter *self, struct _PyWait_node *node)
{
    node->newer = NULL;
    node->older = self->nodes;
    if (self->nodes != NULL) {
        self->nodes->newer = node;
    }
    self->nodes = node;
}

static void
disown_node(struct _PyGIL_waiter *self, struct _PyWait_node *node)
{
    *(node->newer != NULL ? &node->newer->older : &self->nodes) = node->older;
    if (node->older != NULL) {
        node->older->newer = node->newer;
    }
}

/* --- waking --- */

/* node was taken out of its queue: if its thread sleeps on it, move the thread to
   the ready queue.  by_holder: the current thread has the GIL.  Returns a waiter
   to unpark, or NULL. */
static struct _PyGIL_waiter *
make_ready(struct _PyWait_node *node, int by_holder, int64_t now)
{
    struct _PyGIL_waiter *w = node->waiter;
    struct _PyGIL_sched *sched = &node->gil->sched;
    if (w->node != node || !w->sleeping) {
        return NULL;        /* it is awake, and will look */
    }
    mark_contended(sched);
    PyThreadState *holder = holder_of(sched);
    policy_ready(node->gil, w, holder, now);
    w->by_holder = by_holder;
    w->readied_turn = sched->turns;
    w->readied = 1;
    enqueue(sched, w, /*at_head=*/0);
    if (w->parked) {
        sched->watchers--;
    }
    /* pairs with was_readied(): a sleeper that spins goes on without the lock */
    _Py_atomic_store_int_release(&w->sleeping, 0);
    return holder == NULL ? wake(sched, first_waiter(sched)) : keep_watch(sched);
}

/* The lock goes to the first node of its queue, which has one, and of which none
   is woken.  Returns as make_ready(). */
static struct _PyGIL_waiter *
grant(struct _PyWait_queue *q, int64_t now)
{
    struct _PyWait_node *node = first_node(q);
    take_node_out(node);
    if (now - node->since > FAIR_NS) {
        node->state = WAIT_NODE_HANDED;
        change_word(q, 0, WAIT_WOKEN | WAIT_HANDED);
    }
    else {
        node->state = WAIT_NODE_WOKEN;
        change_word(q, WAIT_LOCKED, WAIT_WOKEN);
    }
    return make_ready(node, /*by_holder=*/1, now);
}

void
_PyWait_UnlockSlow(struct _PyWait_queue *q)
{
    uintptr_t word = _PyWait_Word(q);
    if ((word & WAIT_WOKEN) || (word & ~WAIT_BITS) == 0) {
        _Py_atomic_and_uintptr(&q->word, ~(WAIT_LOCKED | WAIT_HANDED));
        return;
    }
    struct _PyGIL_sched *sched = &_PyThreadState_GET()->interp->ceval.gil->sched;
    struct _PyGIL_waiter *owed = NULL;
    int64_t now = lock_and_look(sched);
    if (first_node(q) == NULL) {        /* it ended meanwhile */
        change_word(q, WAIT_LOCKED, 0);
    }
    else {
        owed = grant(q, now);
    }
    unlock_sched(sched);
    unpark(owed);
}

int
_PyWait_OfferUnit(struct _PyWait_queue *q)
{
    uintptr_t word = _PyWait_Word(q);
    if ((word & WAIT_WOKEN) || (word & ~WAIT_BITS) == 0) {
        return 0;
    }
    struct _PyGIL_sched *sched = &_PyThreadState_GET()->interp->ceval.gil->sched;
    struct _PyGIL_waiter *owed = NULL;
    int handed = 0;
    int64_t now = lock_and_look(sched);
    struct _PyWait_node *node = first_node(q);
    if (node != NULL) {                 /* else it ended meanwhile */
        take_node_out(node);
        handed = now - node->since > FAIR_NS;
        node->state = handed ? WAIT_NODE_HANDED : WAIT_NODE_WOKEN;
        change_word(q, 0, WAIT_WOKEN);
        owed = make_ready(node, /*by_holder=*/1, now);
    }
    unlock_sched(sched);
    unpark(owed);
    return handed;
}

int
_PyWait_RecallUnit(struct _PyWait_queue *q)
{
    struct _PyGIL_sched *sched = &_PyThreadState_GET()->interp->ceval.gil->sched;
    int units = 0;
    lock_sched(sched);
    for (struct _PyWait_node *node = sched->nodes; node != NULL; node = node->all_next) {
        if (node->queue == q && node->unit && node->state == WAIT_NODE_HANDED) {
            node->state = WAIT_NODE_WOKEN;
            units = 1;          /* at most one thread is on its way */
        }
    }
    unlock_sched(sched);
    return units;
}

/* Take the first node out of the condition's queue q.  Returns 0 if there is none.
   *owed: a waiter to unpark, or NULL. */
static int
notify_one(struct _PyWait_queue *q, struct _PyWait_queue *lock, int64_t now,
           struct _PyGIL_waiter **owed)
{
    struct _PyWait_node *node = first_node(q);
    if (node == NULL) {
        return 0;
    }
    take_node_out(node);
    *owed = NULL;
    if (lock != NULL && node->waiter->node == node && node->waiter->sleeping) {
        node->since = now;
        put_node(lock, node);
    }
    else {
        node->state = WAIT_NODE_NOTIFIED;
        *owed = make_ready(node, /*by_holder=*/1, now);
    }
    return 1;
}

Py_ssize_t
_PyWait_Notify(struct _PyWait_queue *q, struct _PyWait_queue *lock, Py_ssize_t n)
{
    if (first_node(q) == NULL) {
        return 0;
    }
    struct _PyGIL_sched *sched = &_PyThreadState_GET()->interp->ceval.gil->sched;
    struct _PyGIL_waiter *owed = NULL;
    Py_ssize_t i = 0;
    int64_t now = lock_and_look(sched);
    while (i < n && notify_one(q, lock, now + i, &owed)) {      /* keeps their order */
        i++;
        if (owed != NULL) {
            unlock_sched(sched);
            unpark(owed);
            lock_sched(sched);
        }
    }
    unlock_sched(sched);
    return i;
}

int
_PyWait_Give(struct _PyWait_queue *q, PyObject *item)
{
    if (first_node(q) == NULL) {
        return 0;
    }
    struct _PyGIL_sched *sched = &_PyThreadState_GET()->interp->ceval.gil->sched;
    struct _PyGIL_waiter *owed = NULL;
    int64_t now = lock_and_look(sched);
    struct _PyWait_node *node = first_node(q);
    if (node != NULL) {
        node->gift = item;
        (void)notify_one(q, NULL, now, &owed);
    }
    unlock_sched(sched);
    unpark(owed);
    return node != NULL;
}

Py_ssize_t
_PyWait_Count(const struct _PyWait_queue *q)
{
    if (first_node(q) == NULL) {
        return 0;
    }
    struct _PyGIL_sched *sched = &_PyThreadState_GET()->interp->ceval.gil->sched;
    Py_ssize_t n = 0;
    lock_sched(sched);
    const struct _PyWait_node *first = first_node(q), *node = first;
    if (first != NULL) {
        do {
            n++;
            node = node->next;
        } while (node != first);
    }
    unlock_sched(sched);
    return n;
}

/* --- the end of a thread, and of all others --- */

/* The lock may have been handed to a thread that will not come.  Who has the GIL may
   have released it, and another one taken it: then it is not touched. */
static void
release_handed(struct _PyWait_queue *q)
{
    uintptr_t word = _PyWait_Word(q);
    while ((word & WAIT_HANDED)
           && !_Py_atomic_compare_exchange_uintptr(
                  &q->word, &word, word & ~(WAIT_LOCKED | WAIT_HANDED))) {
    }
}

/* The thread of node ends, without the GIL.  Called with the lock.  Returns a
   waiter to unpark, or NULL. */
static struct _PyGIL_waiter *
forget_node(struct _PyWait_node *node)
{
    struct _PyGIL_waiter *owed = NULL;
    struct _PyWait_queue *q = node->queue;
    if (node->state == WAIT_NODE_QUEUED) {
        take_node_out(node);
    }
    else if (node->state != WAIT_NODE_NOTIFIED) {
        int unit = node->unit && node->state == WAIT_NODE_HANDED;
        if (!node->unit) {
            release_handed(q);
        }
        if (first_node(q) == NULL) {
            change_word(q, WAIT_WOKEN, unit ? WAIT_HANDED : 0);
        }
        else {
            /* It finds the lock as it is when it comes; a unit is passed on to it. */
            struct _PyWait_node *next = first_node(q);
            take_node_out(next);
            next->state = unit ? WAIT_NODE_HANDED : WAIT_NODE_WOKEN;
            owed = make_ready(next, /*by_holder=*/0, monotonic_ns());
        }
    }
    unlist_node(&node->gil->sched.nodes, node);
    node->state = WAIT_NODE_OUT;
    return owed;
}

/* self, the current thread, ends, or only its thread state tstate, unless that is
   NULL: nothing may point to its stack, or to self.  It is in no ready queue. */
static void
forget_nodes(struct _PyGIL_waiter *self, PyThreadState *tstate)
{
    struct _PyWait_node *older;
    for (struct _PyWait_node *node = self->nodes; node != NULL; node = older) {
        older = node->older;
        if (tstate != NULL && node->tstate != tstate) {
            continue;
        }
        struct _PyGIL_sched *sched = &node->gil->sched;
        lock_sched(sched);
        self->sleeping = 0;
        disown_node(self, node);
        struct _PyGIL_waiter *owed = forget_node(node);
        unlock_sched(sched);
        unpark(owed);
    }
}

void
_PyWait_Forget(PyThreadState *tstate)
{
    forget_nodes(&this_waiter, tstate);
}

/* In the child of a fork, whose only thread is that of self: take the nodes of
   all others away; their stacks are still there.  Returns the list of what
   remains.  Locks stay as they were, but what was handed to one of the others, and so
   was released in the parent, is free. */
static struct _PyWait_node *
nodes_after_fork(struct _PyGIL_sched *sched, struct _PyGIL_waiter *self)
{
    struct _PyWait_node *next, *remain = NULL;
    for (struct _PyWait_node *node = sched->nodes; node != NULL; node = next) {
        next = node->all_next;
        if (node->waiter == self) {
            list_node(&remain, node);
        }
        else if (node->state == WAIT_NODE_QUEUED) {
            take_node_out(node);
        }
        else if (node->state != WAIT_NODE_NOTIFIED) {
            int unit = node->unit && node->state == WAIT_NODE_HANDED;
            if (!node->unit) {
                release_handed(node->queue);
            }
            change_word(node->queue, WAIT_WOKEN, unit ? WAIT_HANDED : 0);
        }
    }
    return remain;
}
