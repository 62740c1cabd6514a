#ifndef Py_INTERNAL_PLUS_STANDALONE_H
#define Py_INTERNAL_PLUS_STANDALONE_H

/* What the parkers and the condition variable need of CPython, for programs that
   compile them without it (tests in C, Tools/plus/condbench).  They are compiled
   without Py_BUILD_CORE and choose the backend by themselves:
       -DPLUS_PARKER_FILE='"pycore_plus_parker_sem.h"' */

#ifdef Py_BUILD_CORE
#  error "this header is for programs without CPython"
#endif
#ifndef PLUS_PARKER_FILE
#  error "define PLUS_PARKER_FILE: the header of the parker"
#endif

#include <stdio.h>
#include <stdlib.h>

/* Also defines __GLIBC__. */
#include <features.h>

#if defined(__GLIBC__) && (__GLIBC__ > 2 || __GLIBC_MINOR__ >= 30)
#  define HAVE_SEM_CLOCKWAIT 1
#endif

static inline _Noreturn void
Py_FatalError(const char *message)
{
    fprintf(stderr, "fatal error: %s\n", message);
    abort();
}

#endif /* !Py_INTERNAL_PLUS_STANDALONE_H */
