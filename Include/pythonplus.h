#ifndef PYTHONPLUS_H
#define PYTHONPLUS_H

/* C API of PythonPlus, besides CPython's.  Include Python.h before it.

   All functions are called with the GIL held.  They run no Python code and do not
   release the GIL, unless they say so. */

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* --- thread.atomic; see Doc/atomic.md --- */

/* Switch off (on != 0) or allow (0) that the calling thread is interrupted by other
   threads, signal handlers, pending calls, collections and asynchronous exceptions,
   as _thread.set_atomic() does: in the innermost `with threading.atomic` block, or
   in the thread itself if it is in none.  Returns what it was, 1 or 0; -1 with
   RuntimeError set in more than 63 nested blocks.

       int before = PyThread_SetAtomic(1);
       ...
       PyThread_SetAtomic(before);

   What was put off meanwhile is done by the eval loop, soon after this returns. */
PyAPI_FUNC(int) PyThread_SetAtomic(int on);

/* Is the calling thread atomic? */
PyAPI_FUNC(int) PyThread_GetAtomic(void);

/* Everything that a thread knows of its blocks: for tasks that share a thread and
   carry their own, such as greenlets.  All zeros: in no block, not atomic. */
typedef struct {
    int32_t depth;
    int32_t reserved;
    uint64_t switched;
} PyThread_AtomicState;

/* Exchange what the calling thread knows of its blocks for *state. */
PyAPI_FUNC(void) PyThread_SwapAtomicState(PyThread_AtomicState *state);

/* --- the GIL; see Doc/gil.md --- */

/* Let another thread run if one has asked for the GIL, as the eval loop does; for
   long loops.  The caller must bear other threads running.  Returns 1 if the GIL was
   given away in between, 0 if nobody had asked or the thread is atomic. */
PyAPI_FUNC(int) _PyThread_yield_GIL(void);

#ifdef __cplusplus
}
#endif

#endif /* !PYTHONPLUS_H */
