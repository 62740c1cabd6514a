/* Copyright PythonPlus contributors.

   Tests of Python/plus_condvar.c, for test_condvar.py.

   usage: condvar_tests            the names of the tests, one per line
          condvar_tests NAME       runs it; exit status 1 and a line if it fails */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "pycore_plus_condvar.h"

#define MS ((int64_t)1000000)           /* in ns */
#define PATIENCE_NS (10000 * MS)        /* for what must happen */
#define STRESS_NS (300 * MS)

#define CHECK(x) ((x) ? (void)0 : fail(__LINE__, #x))

static void
fail(int line, const char *what)
{
    printf("condvar_tests.c:%d: %s\n", line, what);
    exit(1);
}

static int64_t
now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000000 + ts.tv_nsec;
}

static void
sleep_ns(int64_t ns)
{
    struct timespec ts = {.tv_sec = ns / 1000000000, .tv_nsec = ns % 1000000000};
    while (nanosleep(&ts, &ts) != 0) {
    }
}

static pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
static struct _PyCondvar cv;
static struct _PyCondvar_mutex m;

static void
lock(void)
{
    pthread_mutex_lock(&mutex);
}

static void
unlock(void)
{
    pthread_mutex_unlock(&mutex);
}

static enum _PyCondvar_result
wait_for(int64_t ns)
{
    return _PyCondvar_WaitUntil(&cv, &m, now_ns() + ns);
}

/* Called with the mutex. */
static int
queue_length(void)
{
    int n = 0;
    for (struct _PyCondvar_waiter *w = cv.head; w != NULL; w = w->next) {
        n++;
    }
    return n;
}

/* Returns with the mutex held. */
static void
until_queued(int n)
{
    int64_t end = now_ns() + PATIENCE_NS;
    lock();
    while (queue_length() != n) {
        unlock();
        CHECK(now_ns() < end);
        sleep_ns(MS / 10);
        lock();
    }
}

/* --- a thread that waits once --- */

struct waiting {
    int64_t ns;                         /* how long; < 0: for ever */
    pthread_t thread;
    enum _PyCondvar_result result;      /* guarded by the mutex */
    int place;                          /* likewise: it was the n-th to come back */
};

static int came_back;                   /* likewise */

static void *
wait_once(void *arg)
{
    struct waiting *w = arg;
    lock();
    w->result = w->ns < 0 ? _PyCondvar_Wait(&cv, &m) : wait_for(w->ns);
    w->place = ++came_back;
    unlock();
    return NULL;
}

/* n threads wait, in the order of the array.  Returns with the mutex held. */
static void
start(struct waiting *w, int n, int64_t ns)
{
    came_back = 0;
    for (int i = 0; i < n; i++) {
        w[i] = (struct waiting){.ns = ns};
        CHECK(pthread_create(&w[i].thread, NULL, wait_once, &w[i]) == 0);
        until_queued(i + 1);
        if (i + 1 < n) {
            unlock();
        }
    }
}

static void
join(struct waiting *w, int n)
{
    for (int i = 0; i < n; i++) {
        CHECK(pthread_join(w[i].thread, NULL) == 0);
    }
    lock();
    CHECK(queue_length() == 0);
    unlock();
}

/* --- signals and broadcasts --- */

#define N 5

static void
test_signal_and_unlock(void)
{
    struct waiting w[2];
    start(w, 2, -1);
    for (int i = 0; i < 2; i++) {
        CHECK(_PyCondvar_SignalUnlock(&cv, &m) == 1);
        CHECK(pthread_join(w[i].thread, NULL) == 0);
        lock();
        CHECK(w[i].place == i + 1 && w[i].result == CONDVAR_SIGNALLED);
    }
    CHECK(_PyCondvar_SignalUnlock(&cv, &m) == 0);
    CHECK(pthread_mutex_trylock(&mutex) == 0);
    unlock();
}

static void
test_first_come_first_served(void)
{
    struct waiting w[N];
    start(w, N, -1);
    for (int i = 0; i < N; i++) {
        CHECK(_PyCondvar_Signal(&cv) == 1);
        CHECK(queue_length() == N - 1 - i);
        unlock();
        CHECK(pthread_join(w[i].thread, NULL) == 0);
        lock();
        CHECK(w[i].place == i + 1 && w[i].result == CONDVAR_SIGNALLED);
    }
    unlock();
    join(w, 0);
}

static void
test_signal_is_not_stored(void)
{
    lock();
    CHECK(_PyCondvar_Signal(&cv) == 0);
    CHECK(_PyCondvar_Broadcast(&cv) == 0);
    CHECK(wait_for(20 * MS) == CONDVAR_TIMEOUT);
    unlock();
}

/* Who waits before the signalled thread has got the mutex does not take its place. */
static void
test_signal_is_not_stolen_by_who_comes_later(void)
{
    struct waiting w[1];
    start(w, 1, -1);
    CHECK(_PyCondvar_Signal(&cv) == 1);
    CHECK(wait_for(50 * MS) == CONDVAR_TIMEOUT);
    unlock();
    join(w, 1);
    CHECK(w[0].result == CONDVAR_SIGNALLED);
}

static void
test_broadcast_wakes_those_present(void)
{
    struct waiting w[N];
    start(w, N, -1);
    CHECK(_PyCondvar_Broadcast(&cv) == N);
    CHECK(queue_length() == 0);
    CHECK(wait_for(50 * MS) == CONDVAR_TIMEOUT);
    unlock();
    join(w, N);
    for (int i = 0; i < N; i++) {
        CHECK(w[i].result == CONDVAR_SIGNALLED);
    }
}

/* --- time-outs --- */

static void
test_timeout(void)
{
    static const int64_t waits[] = {0, MS / 10, 30 * MS};
    lock();
    for (int i = 0; i < 3; i++) {
        int64_t began = now_ns();
        CHECK(wait_for(waits[i]) == CONDVAR_TIMEOUT);
        CHECK(now_ns() - began >= waits[i] && now_ns() - began < PATIENCE_NS);
        CHECK(queue_length() == 0);
    }
    CHECK(_PyCondvar_WaitUntil(&cv, &m, 0) == CONDVAR_TIMEOUT);
    unlock();
}

/* From the middle, the end and the head of the queue. */
static void
test_timeout_leaves_the_others(void)
{
    struct waiting first[1], second[1], third[1], fourth[1];
    start(first, 1, 200 * MS);
    unlock();
    second[0].ns = -1;
    CHECK(pthread_create(&second[0].thread, NULL, wait_once, &second[0]) == 0);
    until_queued(2);
    unlock();
    third[0].ns = 100 * MS;
    CHECK(pthread_create(&third[0].thread, NULL, wait_once, &third[0]) == 0);
    until_queued(3);
    unlock();
    fourth[0].ns = -1;
    CHECK(pthread_create(&fourth[0].thread, NULL, wait_once, &fourth[0]) == 0);
    until_queued(4);
    CHECK(wait_for(20 * MS) == CONDVAR_TIMEOUT);
    CHECK(queue_length() == 4);
    unlock();
    CHECK(pthread_join(third[0].thread, NULL) == 0);
    CHECK(pthread_join(first[0].thread, NULL) == 0);
    CHECK(third[0].result == CONDVAR_TIMEOUT && first[0].result == CONDVAR_TIMEOUT);
    lock();
    CHECK(queue_length() == 2);
    CHECK(_PyCondvar_Signal(&cv) == 1);
    unlock();
    CHECK(pthread_join(second[0].thread, NULL) == 0);
    lock();
    CHECK(_PyCondvar_Signal(&cv) == 1);
    unlock();
    CHECK(pthread_join(fourth[0].thread, NULL) == 0);
    join(NULL, 0);
}

/* --- a signal that comes after the sleep, and before the waiter has the mutex --- */

static void *
wait_twice(void *arg)
{
    enum _PyCondvar_result *results = arg;
    lock();
    results[0] = wait_for(300 * MS);
    int64_t began = now_ns();
    results[1] = wait_for(30 * MS);
    CHECK(now_ns() - began >= 30 * MS);
    unlock();
    return NULL;
}

static void
test_late_signal_counts_and_is_absorbed(void)
{
    enum _PyCondvar_result results[2];
    pthread_t thread;
    CHECK(pthread_create(&thread, NULL, wait_twice, results) == 0);
    until_queued(1);
    sleep_ns(600 * MS);         /* its time is over, and it waits for the mutex */
    CHECK(queue_length() == 1);
    CHECK(_PyCondvar_Signal(&cv) == 1);
    unlock();
    CHECK(pthread_join(thread, NULL) == 0);
    CHECK(results[0] == CONDVAR_SIGNALLED);
    CHECK(results[1] == CONDVAR_TIMEOUT);
}

/* --- interrupts --- */

static void
on_signal(int number)
{
    (void)number;
}

/* Without SA_RESTART. */
static void
catch_signal(void)
{
    struct sigaction action = {.sa_handler = on_signal};
    CHECK(sigaction(SIGUSR1, &action, NULL) == 0);
}

static void
test_interrupt(void)
{
    struct waiting w[1];
    catch_signal();
    start(w, 1, 1000 * MS);
    unlock();
    int64_t end = now_ns() + 200 * MS;
    lock();
    while (now_ns() < end && came_back == 0) {
        unlock();
        pthread_kill(w[0].thread, SIGUSR1);
        sleep_ns(MS);
        lock();
    }
    CHECK(came_back == REPORTS_INTERRUPTS);
    unlock();
    join(w, 1);
    CHECK(w[0].result == (REPORTS_INTERRUPTS ? CONDVAR_INTERRUPTED : CONDVAR_TIMEOUT));
}

static void
test_signal_wins_over_interrupt(void)
{
    struct waiting w[1];
    catch_signal();
    start(w, 1, -1);
    for (int i = 0; i < 20; i++) {
        CHECK(pthread_kill(w[0].thread, SIGUSR1) == 0);
        sleep_ns(MS);
    }
    CHECK(_PyCondvar_Signal(&cv) == 1);
    unlock();
    join(w, 1);
    CHECK(w[0].result == CONDVAR_SIGNALLED);
}

/* --- life and death --- */

static void
test_destroy(void)
{
    struct waiting w[1];
    start(w, 1, -1);
    CHECK(_PyCondvar_Destroy(&cv) == EBUSY);
    CHECK(_PyCondvar_Signal(&cv) == 1);
    CHECK(_PyCondvar_Destroy(&cv) == 0);
    unlock();
    join(w, 1);
}

static int
in_child(void)
{
    pthread_mutex_init(&mutex, NULL);
    _PyCondvar_AfterFork(&cv);
    lock();
    CHECK(_PyCondvar_Signal(&cv) == 0);
    CHECK(wait_for(20 * MS) == CONDVAR_TIMEOUT);
    unlock();
    struct waiting w[1];
    start(w, 1, -1);
    CHECK(_PyCondvar_Signal(&cv) == 1);
    unlock();
    join(w, 1);
    return w[0].result == CONDVAR_SIGNALLED ? 0 : 1;
}

static void
test_fork(void)
{
    struct waiting w[2];
    int status;
    lock();
    CHECK(wait_for(0) == CONDVAR_TIMEOUT);      /* this thread has a parker */
    unlock();
    start(w, 2, -1);
    fflush(stdout);
    pid_t child = fork();
    CHECK(child >= 0);
    if (child == 0) {
        int failed = in_child();
        fflush(stdout);
        _exit(failed);
    }
    CHECK(_PyCondvar_Broadcast(&cv) == 2);      /* the parent notices nothing */
    unlock();
    join(w, 2);
    CHECK(waitpid(child, &status, 0) == child);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* --- a mutex of another kind --- */

static int locks, unlocks;

static void
count_lock(void *arg)
{
    lock();
    CHECK(arg == &locks);
    locks++;
}

static void
count_unlock(void *arg)
{
    CHECK(arg == &locks);
    unlocks++;
    unlock();
}

static void
test_any_mutex(void)
{
    struct waiting w[1];
    m = (struct _PyCondvar_mutex){count_lock, count_unlock, &locks};
    lock();
    CHECK(wait_for(MS) == CONDVAR_TIMEOUT);
    CHECK(locks == 1 && unlocks == 1);
    unlock();
    start(w, 1, -1);
    CHECK(locks == 1 && unlocks == 2);
    CHECK(_PyCondvar_Signal(&cv) == 1);
    unlock();
    join(w, 1);
    CHECK(locks == 2 && unlocks == 2);
}

/* --- stress: nothing is lost, nothing is made up --- */

#define THREADS 6

static atomic_int stop;
static atomic_long sent, received;

static void *
hurry(void *arg)
{
    unsigned int seed = (unsigned int)(size_t)arg;
    while (!stop) {
        lock();
        switch (rand_r(&seed) % 5) {
        case 0:
            sent += _PyCondvar_Signal(&cv);
            break;
        case 1:
            sent += _PyCondvar_Broadcast(&cv);
            break;
        case 2:
            sent += _PyCondvar_SignalUnlock(&cv, &m);
            continue;
        default:
            received += wait_for(rand_r(&seed) % 100000) == CONDVAR_SIGNALLED;
        }
        unlock();
    }
    return NULL;
}

static void
test_stress(void)
{
    pthread_t threads[THREADS];
    catch_signal();
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_create(&threads[i], NULL, hurry, (void *)(size_t)(i + 1)) == 0);
    }
    int64_t end = now_ns() + STRESS_NS;
    for (int i = 0; now_ns() < end; i++) {
        pthread_kill(threads[i % THREADS], SIGUSR1);
        sleep_ns(MS / 10);
    }
    stop = 1;
    for (int i = 0; i < THREADS; i++) {
        CHECK(pthread_join(threads[i], NULL) == 0);
    }
    CHECK(sent > 0 && sent == received);
    CHECK(queue_length() == 0);
}

static const struct {
    const char *name;
    void (*run)(void);
} tests[] = {
    {"first_come_first_served", test_first_come_first_served},
    {"signal_and_unlock", test_signal_and_unlock},
    {"signal_is_not_stored", test_signal_is_not_stored},
    {"signal_is_not_stolen_by_who_comes_later",
     test_signal_is_not_stolen_by_who_comes_later},
    {"broadcast_wakes_those_present", test_broadcast_wakes_those_present},
    {"timeout", test_timeout},
    {"timeout_leaves_the_others", test_timeout_leaves_the_others},
    {"late_signal_counts_and_is_absorbed", test_late_signal_counts_and_is_absorbed},
    {"interrupt", test_interrupt},
    {"signal_wins_over_interrupt", test_signal_wins_over_interrupt},
    {"destroy", test_destroy},
    {"fork", test_fork},
    {"any_mutex", test_any_mutex},
    {"stress", test_stress},
};

int
main(int argc, char **argv)
{
    m = _PyCondvar_PthreadMutex(&mutex);
    _PyCondvar_Init(&cv);
    for (size_t i = 0; i < sizeof(tests) / sizeof(tests[0]); i++) {
        if (argc < 2) {
            puts(tests[i].name);
        }
        else if (strcmp(argv[1], tests[i].name) == 0) {
            tests[i].run();
            return 0;
        }
    }
    return argc < 2 ? 0 : 2;
}
