/* The policy of the GIL: who waits where, when a waiter may ask the holder to
   give way, who may take a free GIL, when a release is lent.

   Included by plus_gil.c alone.  Everything here is called with sched->lock
   held (but for policy_begin_account(), which needs none), never sleeps, and
   takes the time from its caller (`now`), so that a decision sees one time.
   Times are nanoseconds of CLOCK_MONOTONIC; virtual times are nanoseconds of
   GIL use.

   Fairness is by virtual time, as in Linux' CFS: a thread is charged for the time
   it holds the GIL.  `reference` follows the hindmost of those that want the GIL.  A
   thread that returns from a release is an I/O waiter as long as it has used no
   more than they have; it then goes before them and may interrupt them at once.
   If it has used more, it waits among them until they have caught up.  A sleeper's
   credit and a hog's debt are limited, so that neither lasts for long. */

/* The grain of decisions among I/O threads.  An I/O turn may last this long
   before another I/O waiter asks for the GIL: most requests are served in less,
   and a switch costs some tens of us.  A thread may be ahead of its share by as
   much before it is put back, so that it runs, and waits, in one piece. */
#define IO_GRANULE_NS 500000

/* A release that is expected to last less than this invites nobody: to change
   threads and back takes as long, even if both are awake.  CPU waiters leave the
   GIL alone for twice that time. */
#define SHORT_RELEASE_NS 5000

/* Of the time for which it lends the GIL, and takes it back, a thread is charged
   1/LENT_CHARGE: CPU waiters cannot use it, I/O waiters can. */
#define LENT_CHARGE 4

/* A thread that another thread made ready is charged from when the GIL was free for
   it, but for no longer than this: threads that hand a lock to and fro use the GIL
   also while it passes.  To be woken on an idle core takes longer, and is not its
   fault. */
#define HANDOVER_NS 20000

/* A CPU waiter that watches looks after a holder that lends, for the first time after
   this time, then after twice as long each time. */
#define MONITOR_NS 100000

/* Who watches and has asked the holder looks after this time at the earliest whether
   the holder is another one ... */
#define WATCH_MIN_NS 100000

/* ... and after this one at the latest, even if nobody may ask for longer: the GIL may
   be lent meanwhile.  Not with the policy `stock`, which lends nothing. */
#define WATCH_MAX_NS 20000000

/* How long a thread spins for the GIL before it parks: what it costs to be woken
   on an idle core of a virtual machine, so that spinning at most doubles the cost
   of a wait (the competitive ratio of Karlin et al., 1990).  It gives its core to
   anybody who is runnable meanwhile. */
#define SPIN_NS 50000

/* A thread that an I/O waiter interrupts in its time slice spins for longer: it is
   next, most requests are served in less, and if it parked, the GIL would be free
   for the time of its wake-up at each of them. */
#define INTERRUPTED_SPIN_NS 100000

/* So many CPU waiters are looked at to find the hindmost: with more, fairness
   between them and I/O threads is approximate. */
#define REFERENCE_SCAN 16

/* --- what the switch interval says ---

   The user's number is the quantum.  Measures of fairness follow it within bounds: an
   interval of minutes must not keep I/O from the GIL for minutes, and one of a
   microsecond must not let anybody run up what it never pays back. */

/* No sum of a time and such an interval overflows, and any time_t can hold it: three
   years. */
#define INTERVAL_MAX_NS 100000000000000000

/* The most that a share may be out of balance, per unit of credit, debt, barging or
   lending.  The least is IO_GRANULE_NS. */
#define BALANCE_MAX_NS 20000000

/* A debt of this many units is the most. */
#define MAX_DEBT_SLICES 4

/* How long a thread may compute before a CPU waiter asks for the GIL.
   sys.setswitchinterval() does not take the lock. */
static inline int64_t
quantum_of(struct _gil_runtime_state *gil)
{
    uint64_t us = _Py_atomic_load_ulong_relaxed(&gil->interval);
    return us < 1 ? 1000 : (int64_t)Py_MIN(us, INTERVAL_MAX_NS / 1000) * 1000;
}

/* How long a waiter of policy `stock` waits before it asks. */
static inline int64_t
time_out_of(struct _gil_runtime_state *gil)
{
    return quantum_of(gil);
}

static inline int64_t
balance_unit(struct _gil_runtime_state *gil)
{
    return Py_MAX(IO_GRANULE_NS, Py_MIN(quantum_of(gil), BALANCE_MAX_NS));
}

/* How far a thread can be behind the reference ... */
static inline int64_t
credit_limit(struct _gil_runtime_state *gil)
{
    return balance_unit(gil);
}

/* ... and ahead of it. */
static inline int64_t
debt_limit(struct _gil_runtime_state *gil)
{
    return MAX_DEBT_SLICES * balance_unit(gil);
}

/* How long the first I/O waiter can be passed by others. */
static inline int64_t
barging_limit(struct _gil_runtime_state *gil)
{
    return balance_unit(gil);
}

/* How much of its time slice a thread uses up before it lends no more. */
static inline int64_t
lending_limit(struct _gil_runtime_state *gil)
{
    return Py_MIN(quantum_of(gil), BALANCE_MAX_NS);
}

/* --- threads and their accounts --- */

/* The waiter that is invited next, or NULL. */
static inline struct _PyGIL_waiter *
first_waiter(const struct _PyGIL_sched *sched)
{
    struct _PyGIL_waiter *io = sched->head[GIL_CLASS_IO];
    return io != NULL ? io : sched->head[GIL_CLASS_CPU];
}

/* The account of the holder or of the current thread. */
static inline struct _PyGIL_account *
account_of(PyThreadState *tstate)
{
    return &((_PyThreadStateImpl *)tstate)->gil_account;
}

/* A credit is limited. */
static inline void
limit_credit(struct _gil_runtime_state *gil, struct _PyGIL_account *account)
{
    int64_t least = gil->sched.reference - credit_limit(gil);
    if (account->vtime < least) {
        account->vtime = least;
    }
}

/* Where the account of self, the current thread, stands at this GIL, or NULL.  (o) */
static inline struct _PyGIL_standing *
standing_at(const struct _PyGIL_sched *sched, struct _PyGIL_waiter *self)
{
    struct _PyGIL_standing *s = self->standings;
    for (int i = 0; i < PLUS_GIL_STANDINGS && s->serial != 0; i++, s++) {
        if (s->serial == sched->serial) {
            return s;
        }
    }
    return NULL;        /* the rest was never used */
}

/* self, the current thread, has got to vtime.  (o) */
static void
keep_standing(const struct _PyGIL_sched *sched, struct _PyGIL_waiter *self, int64_t vtime)
{
    struct _PyGIL_standing *found = standing_at(sched, self), *first = self->standings;
    if (found == NULL) {
        found = &self->standings[PLUS_GIL_STANDINGS - 1];
    }
    memmove(first + 1, first, (char *)found - (char *)first);
    *first = (struct _PyGIL_standing){.serial = sched->serial, .vtime = vtime};
}

/* The account of a new thread state of self, the current thread.  Without the lock:
   what it may be ahead or behind is limited when the reference is known. */
static void
policy_begin_account(const struct _PyGIL_sched *sched, struct _PyGIL_waiter *self,
                     struct _PyGIL_account *account)
{
    const struct _PyGIL_standing *standing = standing_at(sched, self);
    account->vtime = standing != NULL ? standing->vtime
                   : _Py_atomic_load_int64_relaxed(&sched->newcomers);
    account->begun = 1;
}

/* Another thread state of self may have been charged since. */
static inline void
catch_up(const struct _PyGIL_sched *sched, struct _PyGIL_waiter *self,
         struct _PyGIL_account *account)
{
    const struct _PyGIL_standing *standing = standing_at(sched, self);
    if (standing != NULL && standing->vtime > account->vtime) {
        account->vtime = standing->vtime;
    }
}

/* The thread state of account ends, while somebody waits.  New threads go on where the one stopped that has
   used the most: as many streams of short threads as run side by side have the shares
   of as many threads.  What the others use meanwhile gives newcomers credit again; a
   debt of theirs is of one unit, for they did not run it up themselves.  The end of an old
   thread counts as well: nobody can tell what it was. */
static void
policy_end_account(struct _gil_runtime_state *gil, const struct _PyGIL_account *account)
{
    struct _PyGIL_sched *sched = &gil->sched;
    int64_t vtime = Py_MIN(account->vtime, sched->reference + balance_unit(gil));
    if (vtime > sched->newcomers) {
        _Py_atomic_store_int64_relaxed(&sched->newcomers, vtime);
    }
}

/* How long the holder has had the GIL.  If it came by the fast path, its turn
   counts from the first look at it, and it may be new or have slept for long. */
static inline int64_t
turn_length(struct _gil_runtime_state *gil, struct _PyGIL_account *holder, int64_t now)
{
    if (holder->turn_start == 0) {
        holder->turn_start = now;
        holder->slice_used = 0;
        holder->class = GIL_CLASS_IO;
        limit_credit(gil, holder);
    }
    return now - holder->turn_start;
}

/* The thread that has the GIL has got to vtime.  The reference follows the hindmost of
   those that want it, as the min_vruntime of CFS does: the first I/O waiter or one of
   the CPU waiters may be behind it. */
static inline void
advance_reference(struct _PyGIL_sched *sched, int64_t vtime)
{
    const struct _PyGIL_waiter *w = sched->head[GIL_CLASS_IO];
    if (w != NULL) {
        vtime = Py_MIN(vtime, w->vtime);
    }
    w = sched->head[GIL_CLASS_CPU];
    for (int i = 0; w != NULL && i < REFERENCE_SCAN; i++, w = w->next) {
        vtime = Py_MIN(vtime, w->vtime);
    }
    if (vtime > sched->reference) {
        sched->reference = vtime;
    }
}

/* Since when the thread of self, which takes the GIL now, is charged for it. */
static inline int64_t
policy_turn_start(const struct _PyGIL_sched *sched, const struct _PyGIL_waiter *self,
                  int64_t now)
{
    if (!self->by_holder || sched->free_at == 0) {
        return now;
    }
    return Py_MAX(sched->free_at, now - HANDOVER_NS);
}

/* A turn of the current thread begins. */
static void
policy_begin_turn(struct _PyGIL_sched *sched, struct _PyGIL_account *account,
                  enum _PyGIL_class class, int64_t now)
{
    account->turn_start = now;
    account->class = class;
    advance_reference(sched, account->vtime);
}

/* The current thread has lent the GIL and takes it back. */
static void
policy_take_back(struct _PyGIL_sched *sched, struct _PyGIL_account *account, int64_t now)
{
    int64_t charge = (now - sched->lent_at) / LENT_CHARGE;
    account->vtime += charge;
    account->slice_used += charge;
    policy_begin_turn(sched, account, account->class, now);
}

/* It ends: the thread, self, is charged for it. */
static void
policy_end_turn(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
                struct _PyGIL_account *account, int64_t now)
{
    int64_t used = turn_length(gil, account, now);
    catch_up(&gil->sched, self, account);
    account->vtime += used;
    account->slice_used += used;
    account->turn_start = 0;
    account->stats.held_ns += used;
    keep_standing(&gil->sched, self, account->vtime);
}

/* w, whose virtual time is in w->vtime, begins to want the GIL, which is taken by
   holder, or free (NULL) with others waiting.  Its thread state is not looked at. */
static void
policy_ready(struct _gil_runtime_state *gil, struct _PyGIL_waiter *w,
             PyThreadState *holder, int64_t now)
{
    struct _PyGIL_sched *sched = &gil->sched;
    w->since = now;
    w->monitor_period = MONITOR_NS;
    w->by_holder = 0;
    if (sched->policy == PLUS_GIL_STOCK) {
        w->class = GIL_CLASS_CPU;
        return;
    }
    if (holder != NULL) {
        struct _PyGIL_account *other = account_of(holder);
        int64_t used = turn_length(gil, other, now);
        advance_reference(sched, other->vtime + used);
    }
    int64_t least = sched->reference - credit_limit(gil);
    int64_t most = sched->reference + debt_limit(gil);
    w->vtime = Py_MIN(Py_MAX(w->vtime, least), most);
    w->class = w->vtime <= sched->reference + IO_GRANULE_NS
             ? GIL_CLASS_IO : GIL_CLASS_CPU;
}

/* The current thread was made ready: its account follows.  Returns whether it has lost
   the priority of I/O. */
static int
policy_readied(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
               struct _PyGIL_account *account)
{
    account->slice_used = 0;
    account->lends = 0;
    if (gil->sched.policy != PLUS_GIL_IO) {
        return 0;
    }
    account->vtime = self->vtime;
    keep_standing(&gil->sched, self, account->vtime);
    return self->class == GIL_CLASS_CPU;
}

/* The current thread comes back from a release, or for the first time, and
   found the GIL taken by holder, or free (NULL) with others waiting.  Returns as
   policy_readied(). */
static int
policy_arrive(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
              struct _PyGIL_account *account, PyThreadState *holder, int64_t now)
{
    catch_up(&gil->sched, self, account);
    self->vtime = account->vtime;
    policy_ready(gil, self, holder, now);
    return policy_readied(gil, self, account);
}

/* The current thread was charged and gives way to the first waiter.  Returns 1
   if it belongs before the other CPU waiters, because an I/O waiter interrupts
   its time slice: then a second CPU-bound thread need not be woken for every
   I/O event. */
static int
policy_yield(struct _gil_runtime_state *gil, struct _PyGIL_waiter *self,
             struct _PyGIL_account *account, int64_t now)
{
    self->since = now;
    self->by_holder = 0;
    self->class = GIL_CLASS_CPU;
    self->monitor_period = MONITOR_NS;
    account->lends = 0;
    limit_credit(gil, account);
    self->vtime = account->vtime;
    if (gil->sched.head[GIL_CLASS_IO] != NULL && account->slice_used < quantum_of(gil)) {
        return 1;
    }
    account->slice_used = 0;
    return 0;
}

/* How long self, which begins to wait, should spin before it parks; ns. */
static int64_t
policy_spin(const struct _PyGIL_waiter *self, const struct _PyGIL_account *account)
{
    int interrupted = self->yielded && account->slice_used > 0;
    return interrupted ? INTERRUPTED_SPIN_NS : SPIN_NS;
}

/* self came from a release and waits among the CPU waiters because it was ahead
   of the others: as soon as it may ask the holder, it is an I/O waiter again. */
static inline int
policy_restored(struct _gil_runtime_state *gil, const struct _PyGIL_waiter *self)
{
    return gil->sched.policy == PLUS_GIL_IO && self->class == GIL_CLASS_CPU
        && !self->yielded;
}

/* How long until self, a waiter, may ask the holder to give way; <= 0: now. */
static int64_t
policy_patience(struct _gil_runtime_state *gil, const struct _PyGIL_waiter *self,
                struct _PyGIL_account *holder, int64_t now)
{
    int64_t turn = turn_length(gil, holder, now);
    if (gil->sched.policy == PLUS_GIL_STOCK) {
        return time_out_of(gil) - (self->since > now - turn ? now - self->since : turn);
    }
    if (self->class == GIL_CLASS_IO) {
        /* Who wakes a thread by a lock may go on for a moment, whatever its class:
           to change threads at each release would undo all batching. */
        if (self->by_holder && self->readied_turn == gil->sched.turns) {
            return IO_GRANULE_NS - (now - self->since);
        }
        return holder->class == GIL_CLASS_CPU ? 0
             : IO_GRANULE_NS - (holder->slice_used + turn);
    }
    int64_t patience = quantum_of(gil) - (holder->slice_used + turn);
    if (policy_restored(gil, self)) {
        int64_t lead = self->vtime - (holder->vtime + turn);
        return lead < patience ? lead : patience;
    }
    return patience;
}

/* How long nobody need look after w, which waits for a GIL that holder has, or that is
   free (NULL): until it may ask. */
static int64_t
policy_watch(struct _gil_runtime_state *gil, const struct _PyGIL_waiter *w,
             struct _PyGIL_account *holder, int64_t now)
{
    int64_t wait = holder != NULL ? policy_patience(gil, w, holder, now) : 0;
    if (wait <= 0) {        /* it was asked for */
        wait = Py_MAX(quantum_of(gil), WATCH_MIN_NS);
    }
    return gil->sched.policy == PLUS_GIL_STOCK ? wait : Py_MIN(wait, WATCH_MAX_NS);
}

/* May the GIL be lent while self, which watches, sleeps?  Then it looks earlier. */
static int
policy_monitors(const struct _PyGIL_sched *sched, const struct _PyGIL_account *holder)
{
    return sched->policy == PLUS_GIL_IO
        && sched->head[GIL_CLASS_IO] == NULL
        && (holder == NULL || holder->class == GIL_CLASS_IO || holder->lends);
}

/* May self take a free GIL?  It is awake; it may be queued or have just come. */
static int
policy_may_take(struct _gil_runtime_state *gil, const struct _PyGIL_waiter *self,
                int64_t now)
{
    const struct _PyGIL_sched *sched = &gil->sched;
    if (self->class == GIL_CLASS_CPU && now < sched->lent_until) {
        return 0;       /* it is expected back at once */
    }
    if (sched->queued == (self->queue != NULL)) {
        return 1;       /* nobody else waits */
    }
    if (self->yielded && self->yield_turn == sched->turns) {
        return 0;       /* who yields lets another thread run */
    }
    if (self == first_waiter(sched) || sched->policy == PLUS_GIL_STOCK) {
        return 1;
    }
    /* Barging: who is awake need not wait for somebody to wake up, unless the
       first I/O waiter has lost that race for too long. */
    const struct _PyGIL_waiter *io = sched->head[GIL_CLASS_IO];
    return self->class == GIL_CLASS_IO
        && (io == NULL || now - io->since < barging_limit(gil));
}

/* May the current thread, whose turn ended, leave the GIL free without inviting
   the first waiter? */
static int
policy_may_lend(struct _gil_runtime_state *gil, const struct _PyGIL_waiter *self,
                const struct _PyGIL_account *account)
{
    const struct _PyGIL_sched *sched = &gil->sched;
    const struct _PyGIL_site *site = self->released_at_site;
    return sched->policy == PLUS_GIL_IO
        && sched->head[GIL_CLASS_IO] == NULL
        && sched->watchers > 0
        && site != NULL && site->average < SHORT_RELEASE_NS
        && account->slice_used < lending_limit(gil);
}

/* --- how long releases last, per thread and call site --- */

static void
release_begins(struct _PyGIL_waiter *self, const void *address, int64_t now)
{
    self->released_at_site = NULL;
    if (address == NULL) {
        return;
    }
    uintptr_t hash = (uintptr_t)address;
    struct _PyGIL_site *site = &self->sites[(hash ^ (hash >> 6)) % PLUS_GIL_SITES];
    if (site->address != address) {
        /* Long until shown to be short. */
        *site = (struct _PyGIL_site){.address = address, .average = 2 * SHORT_RELEASE_NS};
    }
    self->released_at_site = site;
    self->released_at = now;
}

static void
release_ends(struct _PyGIL_waiter *self, int64_t now)
{
    struct _PyGIL_site *site = self->released_at_site;
    if (site != NULL) {
        site->average += (now - self->released_at - site->average) / 4;
        self->released_at_site = NULL;
    }
}
