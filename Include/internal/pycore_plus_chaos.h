#ifndef Py_INTERNAL_PLUS_CHAOS_H
#define Py_INTERNAL_PLUS_CHAOS_H

/* Chaos: random delays and preemptions, to find races that good timing hides.

   PLUS_CHAOS(label)    marks a transition of the GIL.  In a chaos build the
                        thread may lose time there: nothing, a sched_yield(),
                        some microseconds of work, or a sleep.
   PLUS_CHAOS_ASKS()    true now and then: an I/O waiter asks the holder to give
                        way before it is due.  (CPU waiters do not: who is made
                        to yield may have to wait for a whole time slice.)

   Without PLUS_WITH_CHAOS (configure --with-chaos, make chaos) both are nothing.
   They take no lock, allocate nothing and keep errno, so they may stand
   anywhere, also where the GIL's internal lock is held: a thread may be
   preempted there just as well.

   The dice are per thread and come from one seed, PYTHONPLUS_CHAOS.  The seed
   also chooses how often something happens at each label, so that one seed
   stretches other windows than the next.  It repeats the dice, not the timing. */

#ifndef Py_BUILD_CORE
#  error "this header requires Py_BUILD_CORE define"
#endif

/* Included only where it is used: the other objects are the same in both builds,
   and a compiler cache knows that. */

/* The transitions.  x: about to happen; xed: it has happened. */
#define PLUS_CHAOS_LABELS(LABEL)                                              \
    LABEL(take)         /* take_gil(): the account is new, the word untouched */ \
    LABEL(taken)        /* the word names the thread, nothing else does yet */ \
    LABEL(drop)         /* drop_gil(): mirrors say free, the word does not yet */ \
    LABEL(dropped)      /* somebody else may have it; tstate may be gone */     \
    LABEL(lock)         /* the internal lock */                               \
    LABEL(locked)                                                             \
    LABEL(unlocked)                                                           \
    LABEL(unpark)       /* the waiter was made awake, but still sleeps */       \
    LABEL(park)         /* the waiter says that it sleeps, but does not yet */  \
    LABEL(unparked)     /* it does not sleep any more, but says so */           \
    LABEL(yield)        /* the drop request was seen */                       \
    LABEL(yielded)      /* between giving the GIL away and wanting it back */   \
    LABEL(exit)         /* a thread must end, perhaps out of the queue */       \
    LABEL(sleep)        /* a sleeper without the GIL, before it looks and parks */ \
    LABEL(offered)      /* signals may unpark it; it has not looked for one yet */  \
    LABEL(slept)        /* its sleep is over, it may have been readied */       \
    LABEL(granted)      /* it has the GIL back, its node is not out yet */

#ifdef PLUS_WITH_CHAOS

#define PLUS_CHAOS_ENUM(label) PLUS_CHAOS_##label,
enum _PyGIL_chaos_label {
    PLUS_CHAOS_LABELS(PLUS_CHAOS_ENUM)
    PLUS_CHAOS_COUNT
};
#undef PLUS_CHAOS_ENUM

extern void _PyGIL_Chaos(enum _PyGIL_chaos_label);
extern int _PyGIL_ChaosAsks(void);

#define PLUS_CHAOS(label) _PyGIL_Chaos(PLUS_CHAOS_##label)
#define PLUS_CHAOS_ASKS() _PyGIL_ChaosAsks()

#else

#define PLUS_CHAOS(label) ((void)0)
#define PLUS_CHAOS_ASKS() 0

#endif

/* Read PYTHONPLUS_CHAOS, or choose a seed and print it.  Called while the
   configuration is read, before there is a GIL.  Does nothing without chaos. */
extern PyStatus _PyGIL_ConfigureChaos(void);

/* The failure that says what NAME must be, and its value: plus_options.c.  Its message is
   static; for use while the configuration is read, in one thread. */
extern PyStatus _PyGIL_RefuseVariable(const char *name, const char *wanted,
                                      const char *value);

/* New reference: {"seed": number, "passed": {label: how often}}, or None without
   chaos. */
extern PyObject *_PyGIL_ChaosInfo(void);

#endif /* !Py_INTERNAL_PLUS_CHAOS_H */
