/* Copyright PythonPlus contributors.

   Python/plus_condvar.c as a subject, on the parker of PLUS_PARKER_FILE.
   SUBJECT, TITLE: its name in the program and in the table. */
#include "condbench.h"

/* One program has the component twice: its functions need two names. */
#define JOIN2(a, b) a##_##b
#define JOIN(a, b) JOIN2(a, b)
#define _PyCondvar_Init JOIN(SUBJECT, Init)
#define _PyCondvar_Destroy JOIN(SUBJECT, Destroy)
#define _PyCondvar_AfterFork JOIN(SUBJECT, AfterFork)
#define _PyCondvar_Wait JOIN(SUBJECT, Wait)
#define _PyCondvar_WaitUntil JOIN(SUBJECT, WaitUntil)
#define _PyCondvar_Signal JOIN(SUBJECT, Signal)
#define _PyCondvar_SignalUnlock JOIN(SUBJECT, SignalUnlock)
#define _PyCondvar_Broadcast JOIN(SUBJECT, Broadcast)
#define _PyCondvar_PthreadMutex JOIN(SUBJECT, PthreadMutex)
#include "plus_condvar.c"

static struct _PyCondvar conditions[CONDITIONS];
static struct _PyCondvar_mutex m;

static void
init_subject(void)
{
    m = _PyCondvar_PthreadMutex(&mutex);
    for (int i = 0; i < CONDITIONS; i++) {
        _PyCondvar_Init(&conditions[i]);
    }
}

static void
wait_subject(int condition)
{
    _PyCondvar_Wait(&conditions[condition], &m);
}

static void
signal_subject(int condition)
{
    _PyCondvar_Signal(&conditions[condition]);
}

static void
unlock_signal_subject(int condition)
{
    _PyCondvar_SignalUnlock(&conditions[condition], &m);
}

static void
broadcast_subject(int condition)
{
    _PyCondvar_Broadcast(&conditions[condition]);
}

const struct subject SUBJECT = {
    .name = TITLE, .init = init_subject, .wait = wait_subject,
    .signal = signal_subject, .unlock_signal = unlock_signal_subject,
    .broadcast = broadcast_subject,
};
