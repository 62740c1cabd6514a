/* Copyright PythonPlus contributors.

   Condition variables to be compared.  A subject is a mutex and some condition
   variables of one make, used as POSIX has it; or, without these, a gate for two
   threads, which is the least that a hand-over takes. */
#ifndef CONDBENCH_H
#define CONDBENCH_H

#include <pthread.h>

#define CONDITIONS 2                    /* of one subject */

struct subject {
    const char *name;
    void (*init)(void);

    /* with the mutex, which is a pthread_mutex_t for all: */
    void (*wait)(int condition);
    void (*signal)(int condition);
    void (*unlock_signal)(int condition);   /* unlocks the mutex, then wakes */
    void (*broadcast)(int condition);

    /* or, if wait is NULL, between threads 0 and 1: */
    void (*open)(int thread);           /* let it through, once */
    void (*pass)(int thread);           /* own gate: wait until it is opened */
};

extern pthread_mutex_t mutex;           /* condbench.c */

extern const struct subject posix;      /* subjects.c: pthread_cond_t */
extern const struct subject plain_sem;
extern const struct subject plain_futex;
extern const struct subject on_sem;     /* emulation.c, compiled twice */
extern const struct subject on_futex;

#endif
