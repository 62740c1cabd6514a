#ifndef Py_INTERNAL_PLUS_ATOMIC_H
#define Py_INTERNAL_PLUS_ATOMIC_H

/* thread.atomic: preemption off, for the thread that asks for it.  Doc/atomic.md
   tells what it is for.

   Words
     block     what "with threading.atomic" encloses.  Blocks nest.
     level     the thread's own, 0, and one for each block that it is in.  Each has
               a flag; the innermost level's flag decides.  A block's flag is on
               when it is entered, the thread's own is off at first; set_atomic()
               changes that of the innermost level.
     on        the thread is atomic.
     put off   what asks for the eval loop's attention while the thread is on
               waits until it is off: the bits of eval_breaker that could run other
               code or give the GIL away are moved to `put_off`.

   No request is lost
     Who asks sets a bit in eval_breaker, whether the thread is on or not.
     The thread moves bits to put_off in one atomic step, and back when it is off;
     then it checks eval_breaker as ever.  So a bit is set in one of the two words
     until it is served, and nobody else looks at put_off.
   A drop request is served by any release as well: the end of a turn forgets it.

   All fields belong to the thread itself, and to who creates its thread state, which
   starts out as zeros: no level but the thread's own, off. */

#include <stdint.h>

struct _PyAtomic {
    int on;                 /* the innermost level's flag */
    int depth;              /* number of blocks that the thread is in */
    uint64_t switched;      /* bit n: set_atomic() has changed the flag of level n */
    uintptr_t put_off;      /* bits of eval_breaker */
    int64_t wanted_at;      /* put_off has a drop request since then; ns */
    int64_t looked;         /* stats.takes when C code could last run signal handlers */
};

/* --- plus_atomic.c; called with the GIL, tstate is the current thread's --- */

/* If the thread is on: put off what its eval_breaker asks for, and return 1. */
extern int _PyAtomic_PutOff(PyThreadState *tstate);

/* C code looks for signals: is it too early to run their handlers?  It is not if the
   thread has released the GIL since the last look: who waits for something must be
   able to be interrupted, and other threads could run then, too. */
extern int _PyAtomic_PutsOffSignals(PyThreadState *tstate);

/* The same for who is about to wait: eval_breaker has a signal that was put off. */
extern void _PyAtomic_RecallSignals(PyThreadState *tstate);

/* A turn of the thread ends.  Returns whether a drop request was put off. */
extern int _PyAtomic_ForgetRequest(PyThreadState *tstate, int64_t now);

/* Begin a block. */
extern void _PyAtomic_Enter(PyThreadState *tstate);

/* End one; -1 with an exception set if there is none, or 0.  *waited: how long a drop
   request was put off that is due now, or 0; ns. */
extern int _PyAtomic_Leave(PyThreadState *tstate, int64_t *waited);

/* Change the innermost level's flag.  Returns what it was, or -1 with an exception
   set.  *waited as above. */
extern int _PyAtomic_Set(PyThreadState *tstate, int on, int64_t *waited);

/* --- plus_options.c --- */

/* A drop request that was put off for longer is worth a warning; ns. */
extern int64_t _PyAtomic_WarnLimit(void);

#endif /* !Py_INTERNAL_PLUS_ATOMIC_H */
