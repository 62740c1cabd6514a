#ifndef Py_INTERNAL_PLUS_PARKER_H
#define Py_INTERNAL_PLUS_PARKER_H

/* Parker: what an OS thread sleeps on.

   A parker belongs to one thread, its owner, and counts permits.

   _PyParker_Init(p)             no permit.  Called by the owner, once.
   _PyParker_Park(p, deadline)   owner only: takes a permit, or sleeps until
                                 there is one.  deadline: nanoseconds of
                                 CLOCK_MONOTONIC, or PARKER_FOREVER.
   _PyParker_Unpark(p)           any thread: gives a permit.  The caller sees to
                                 it that every Unpark meets one Park.  Two
                                 permits meet where a signal handler gave one.
   _PyParker_AfterFork(p)        the child's thread makes its parker new:
                                 Unparks of threads that are gone are void.

   No lock may be needed to call Unpark, and Park is called with no lock held
   and without the GIL.  What is written before Unpark is visible after the
   Park that it ends.

   PARKER_SIGNAL_SAFE   1 if signal handlers may call Unpark, and a signal that is
                        handled ends the Park of its thread.

   A parker needs no destruction: none of the backends owns anything that the
   kernel knows of while nobody sleeps on it, so it may live in thread-local
   storage and vanish with the thread.

   The backend is a header of its own, chosen when the fork is grafted
   (configure --with-parker=sem|futex|cond), or by a program without CPython. */

#include <stdint.h>

#define PARKER_FOREVER ((int64_t)-1)

enum _PyParker_result {
    PARKER_UNPARKED,        /* took a permit */
    PARKER_TIMEOUT,         /* the deadline passed; a permit may still come */
    PARKER_INTERRUPTED,     /* a signal handler ran; a permit may still come */
};

#ifdef Py_BUILD_CORE
#  include "pycore_plus_config.h"       // PLUS_PARKER_FILE
#else
#  include "pycore_plus_standalone.h"   // Py_FatalError()
#endif
#include PLUS_PARKER_FILE

#endif /* !Py_INTERNAL_PLUS_PARKER_H */
