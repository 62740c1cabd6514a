/* Chaos: what happens at the labels of pycore_plus_chaos.h. */

#include "Python.h"
#include "pycore_initconfig.h"    // _PyStatus_OK()
#include "pycore_plus_chaos.h"

#ifndef PLUS_WITH_CHAOS

PyStatus
_PyGIL_ConfigureChaos(void)
{
    return _PyStatus_OK();
}

PyObject *
_PyGIL_ChaosInfo(void)
{
    Py_RETURN_NONE;
}

#else

#include <errno.h>
#include <sched.h>                // sched_yield()
#include <time.h>                 // nanosleep()
#include <unistd.h>               // getpid()

/* Of this many passes at a label, one is disturbed; the seed chooses. */
static const int periods[] = {2, 8, 64};

/* What a disturbance is, in parts of 64; the rest are sched_yield().  A long
   sleep outlasts IO_GRANULE_NS and MONITOR_NS, and some outlast a slice of the
   stress tests; they are rare, or nothing else would get on. */
#define LONG_SLEEPS 1
#define SHORT_SLEEPS 6
#define BUSY 16

#define LONG_SLEEP_NS 3000000
#define SHORT_SLEEP_NS 100000
#define BUSY_ROUNDS 4000

/* Of this many looks of a waiter at the holder, one is impatient. */
#define ASK_PERIOD 8

#define PLUS_CHAOS_NAME(label) #label,
static const char *const label_names[] = { PLUS_CHAOS_LABELS(PLUS_CHAOS_NAME) };

/* Written by _PyGIL_ConfigureChaos(), before there is a second thread. */
static int configured;
static uint32_t seed;
static int period_of[PLUS_CHAOS_COUNT];

static uint64_t threads_seen;                   /* atomic */
static uint64_t passes[PLUS_CHAOS_COUNT];       /* atomic */
static _Thread_local uint64_t dice;             /* 0: not thrown yet */

/* splitmix64 (Vigna): neighbouring numbers become unlike ones. */
static uint64_t
scatter(uint64_t x)
{
    x += 0x9e3779b97f4a7c15u;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
    x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
    return x ^ (x >> 31);
}

/* A number below n.  Each thread has a generator of its own (xorshift64*), which
   depends on the seed and on how many threads came before it. */
static unsigned int
throw_dice(unsigned int n)
{
    if (dice == 0) {
        uint64_t number = _Py_atomic_add_uint64(&threads_seen, 1);
        dice = scatter(((uint64_t)seed << 32) + number) | 1;
    }
    dice ^= dice >> 12;
    dice ^= dice << 25;
    dice ^= dice >> 27;
    return (unsigned int)((dice * 0x2545f4914f6cdd1du) >> 32) % n;
}

static void
sleep_up_to(unsigned int ns)
{
    struct timespec ts = {.tv_nsec = throw_dice(ns)};
    nanosleep(&ts, NULL);
}

static void
disturb(void)
{
    unsigned int what = throw_dice(64);
    if (what < LONG_SLEEPS) {
        sleep_up_to(LONG_SLEEP_NS);
    }
    else if (what < LONG_SLEEPS + SHORT_SLEEPS) {
        sleep_up_to(SHORT_SLEEP_NS);
    }
    else if (what < LONG_SLEEPS + SHORT_SLEEPS + BUSY) {
        for (volatile unsigned int i = throw_dice(BUSY_ROUNDS); i > 0; i--) {
        }
    }
    else {
        sched_yield();
    }
}

void
_PyGIL_Chaos(enum _PyGIL_chaos_label label)
{
    if (!configured) {
        return;
    }
    _Py_atomic_add_uint64(&passes[label], 1);
    if (throw_dice((unsigned int)period_of[label]) == 0) {
        int saved_errno = errno;
        disturb();
        errno = saved_errno;
    }
}

int
_PyGIL_ChaosAsks(void)
{
    return configured && throw_dice(ASK_PERIOD) == 0;
}

/* --- the seed --- */

/* Decimal digits and nothing else, at most 32 bits. */
static int
parse_seed(const char *text, uint32_t *number)
{
    uint64_t value = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9') {
            return 0;
        }
        value = value * 10 + (uint64_t)(*p - '0');
        if (value > UINT32_MAX) {
            return 0;
        }
    }
    *number = (uint32_t)value;
    return 1;
}

static uint32_t
any_seed(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_REALTIME, &ts);
    return (uint32_t)scatter((uint64_t)ts.tv_sec * 1000000000
                             + (uint64_t)ts.tv_nsec + ((uint64_t)getpid() << 40));
}

static void
choose_periods(void)
{
    for (int label = 0; label < PLUS_CHAOS_COUNT; label++) {
        uint64_t number = scatter(~(((uint64_t)seed << 32) + (uint64_t)label));
        period_of[label] = periods[number % Py_ARRAY_LENGTH(periods)];
    }
}

/* Not by _Py_GetEnv(): -E and -I are for users, and a child that a test starts
   with them has to repeat its failure as well. */
PyStatus
_PyGIL_ConfigureChaos(void)
{
    if (configured) {
        return _PyStatus_OK();      /* the configuration is read again */
    }
    const char *text = getenv("PYTHONPLUS_CHAOS");
    if (text != NULL && text[0] != '\0') {
        if (!parse_seed(text, &seed)) {
            return _PyGIL_RefuseVariable("PYTHONPLUS_CHAOS", "an integer in range "
                                         "[0; 4294967295]", text);
        }
    }
    else {
        seed = any_seed();
        fprintf(stderr, "PYTHONPLUS_CHAOS=%lu\n", (unsigned long)seed);
    }
    choose_periods();
    configured = 1;
    return _PyStatus_OK();
}

static int
add_number(PyObject *dict, const char *name, uint64_t number)
{
    PyObject *value = PyLong_FromUnsignedLongLong(number);
    int result = value == NULL ? -1 : PyDict_SetItemString(dict, name, value);
    Py_XDECREF(value);
    return result;
}

PyObject *
_PyGIL_ChaosInfo(void)
{
    PyObject *passed = PyDict_New(), *info = NULL;
    if (passed == NULL) {
        return NULL;
    }
    for (int label = 0; label < PLUS_CHAOS_COUNT; label++) {
        uint64_t count = _Py_atomic_load_uint64_relaxed(&passes[label]);
        if (add_number(passed, label_names[label], count) < 0) {
            goto error;
        }
    }
    info = PyDict_New();
    if (info == NULL || add_number(info, "seed", seed) < 0
        || PyDict_SetItemString(info, "passed", passed) < 0)
    {
        goto error;
    }
    Py_DECREF(passed);
    return info;

error:
    Py_DECREF(passed);
    Py_XDECREF(info);
    return NULL;
}

#endif /* PLUS_WITH_CHAOS */
