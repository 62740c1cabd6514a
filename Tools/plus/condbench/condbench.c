/* Copyright PythonPlus contributors.

   condbench: what a condition variable costs.

   usage: condbench [--rounds N] [--seconds S] [--only CASE,...] [--list]

   The cases, each with all threads on one core, and on two cores:
     pingpong    two threads wake each other; one event is there and back
     pingpong-u  the same; they wake when they have unlocked the mutex
     one-to-many a thread signals WAITERS waiters, one after the other, and waits
                 until all have answered; one event is one waiter
     broadcast   a thread waits until CROWD waiters are there, wakes them at once
                 and waits until all have answered; one event is one waiter
   for the subjects of condbench.h.  In a round each subject is measured once in
   each case, and the order turns round from one round to the next.

   On two cores thread 0 is pinned to the first, the others take turns: so two
   threads are always on two cores, and the kernel has nothing to decide.

   Exit status: 0; 1 if a measurement was not possible; 2 if the options are wrong. */
#include <errno.h>
#include <getopt.h>
#include <gnu/libc-version.h>
#include <sched.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>
#include <time.h>

#include "condbench.h"

#define WAITERS 8
#define CROWD 100
#define MAX_ROUNDS 1000
#define MAX_SECONDS 60.0

static void fail(int status, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

static void
fail(int status, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fputs("condbench: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(status);
}

/* What was printed has to arrive.  A reader that went away ends us by SIGPIPE. */
static void
check_stdout(void)
{
    if (fflush(stdout) != 0 || ferror(stdout)) {
        fail(2, "cannot write to stdout: %s; free some space, or send it elsewhere",
             strerror(errno));
    }
}

/* --- what the threads of a measurement share --- */

pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;

static const struct subject *subject;   /* of this measurement */
static atomic_int stop;                 /* its time is over */
static long events;                     /* thread 0 only, until it has ended */

/* Guarded by the mutex; each measurement begins with zeros. */
static int turn;                        /* whose it is; OVER: nobody's */
static int over;
static int waiting;                     /* in the crowd, for this generation */
static int tokens;                      /* signalled, not taken yet */
static int answers;
static unsigned int generation;

#define OVER (-1)

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

/* Asked by thread 0.  On a busy machine the time may be over before an event is. */
static int
finished(void)
{
    return stop && events > 0;
}

/* --- ping-pong --- */

static void
signal_in(int condition)
{
    subject->signal(condition);
    unlock();
}

/* Thread i waits on condition i. */
static void
pingpong_by(int self, void (*signal_unlock)(int condition))
{
    int other = 1 - self;
    for (;;) {
        lock();
        while (turn != self && turn != OVER) {
            subject->wait(self);
        }
        if (turn == OVER || (self == 0 && finished())) {
            turn = OVER;
            signal_unlock(other);
            return;
        }
        turn = other;
        signal_unlock(other);
        events += self == 0;
    }
}

static void
pingpong(int self)
{
    pingpong_by(self, signal_in);
}

static void
pingpong_u(int self)
{
    pingpong_by(self, subject->unlock_signal);
}

static void
pingpong_gates(int self)
{
    int other = 1 - self;
    if (self == 0) {
        while (!finished()) {
            subject->open(other);
            subject->pass(self);
            events++;
        }
        over = 1;               /* the gate orders this */
        subject->open(other);
        return;
    }
    for (;;) {
        subject->pass(self);
        if (over) {
            return;
        }
        subject->open(other);
    }
}

/* --- one to many; broadcast --- */

#define WORK 0                          /* condition of the waiters */
#define DONE 1                          /* condition of thread 0 */

/* Called with the mutex. */
static void
answer(int of)
{
    if (++answers == of) {
        subject->signal(DONE);
    }
}

/* Called with the mutex. */
static void
until_answered(int by)
{
    while (answers != by) {
        subject->wait(DONE);
    }
    answers = 0;
}

static void
signal_each(void)
{
    while (!finished()) {
        for (int i = 0; i < WAITERS; i++) {
            lock();
            tokens++;
            subject->signal(WORK);
            unlock();
        }
        lock();
        until_answered(WAITERS);
        unlock();
        events += WAITERS;
    }
    lock();
    over = 1;
    subject->broadcast(WORK);
    unlock();
}

static void
one_to_many(int self)
{
    if (self == 0) {
        signal_each();
        return;
    }
    lock();
    for (;;) {
        while (tokens == 0 && !over) {
            subject->wait(WORK);
        }
        if (over) {
            break;
        }
        tokens--;
        answer(WAITERS);
    }
    unlock();
}

static void
wake_crowd(void)
{
    lock();
    for (;;) {
        while (waiting != CROWD) {
            subject->wait(DONE);
        }
        waiting = 0;
        generation++;
        over = finished();
        subject->broadcast(WORK);
        if (over) {
            break;
        }
        until_answered(CROWD);
        events += CROWD;
    }
    unlock();
}

static void
broadcast(int self)
{
    if (self == 0) {
        wake_crowd();
        return;
    }
    lock();
    while (!over) {
        unsigned int seen = generation;
        if (++waiting == CROWD) {
            subject->signal(DONE);
        }
        while (generation == seen) {
            subject->wait(WORK);
        }
        if (!over) {
            answer(CROWD);
        }
    }
    unlock();
}

/* --- cases --- */

struct bench {
    const char *name;
    int threads;
    void (*run)(int thread);
    void (*run_gates)(int thread);      /* for subjects without condition, or NULL */
};

static const struct bench benches[] = {
    {"pingpong", 2, pingpong, pingpong_gates},
    {"pingpong-u", 2, pingpong_u, NULL},
    {"one-to-many", 1 + WAITERS, one_to_many, NULL},
    {"broadcast", 1 + CROWD, broadcast, NULL},
};

/* The first one is what the others are compared with. */
static const struct subject *const subjects[] = {
    &posix, &on_sem, &on_futex, &plain_sem, &plain_futex,
};

#define COUNT(array) ((int)(sizeof(array) / sizeof((array)[0])))

static int
applies(const struct bench *bench, const struct subject *who)
{
    return who->wait != NULL || bench->run_gates != NULL;
}

/* --- one measurement --- */

static int cores[2];
static int core_count;                  /* at most 2 */

static void
find_cores(void)
{
    cpu_set_t set;
    if (sched_getaffinity(0, sizeof(set), &set) != 0) {
        fail(1, "cannot tell the cores of this process: %s", strerror(errno));
    }
    for (int i = 0; i < CPU_SETSIZE && core_count < 2; i++) {
        if (CPU_ISSET(i, &set)) {
            cores[core_count++] = i;
        }
    }
}

static const struct bench *bench;       /* of this measurement */
static pthread_barrier_t begin;

static void *
run_thread(void *arg)
{
    int self = (int)(size_t)arg;
    pthread_barrier_wait(&begin);
    (subject->wait != NULL ? bench->run : bench->run_gates)(self);
    return NULL;
}

static void
start_thread(pthread_t *thread, int number, int on_cores)
{
    pthread_attr_t attr;
    cpu_set_t set;
    CPU_ZERO(&set);
    CPU_SET(cores[number % on_cores], &set);
    pthread_attr_init(&attr);
    int error = pthread_attr_setaffinity_np(&attr, sizeof(set), &set);
    if (error == 0) {
        error = pthread_create(thread, &attr, run_thread, (void *)(size_t)number);
    }
    pthread_attr_destroy(&attr);
    if (error != 0) {
        fail(1, "cannot start a thread on a core of its own: %s", strerror(error));
    }
}

static double
now_s(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static void
sleep_s(double seconds)
{
    struct timespec ts = {.tv_sec = (time_t)seconds};
    ts.tv_nsec = (long)(1e9 * (seconds - (double)ts.tv_sec));
    while (nanosleep(&ts, &ts) != 0) {
    }
}

static double
cpu_s(const struct rusage *usage)
{
    return (double)(usage->ru_utime.tv_sec + usage->ru_stime.tv_sec)
         + 1e-6 * (double)(usage->ru_utime.tv_usec + usage->ru_stime.tv_usec);
}

struct result {
    double rate;                /* events per second */
    double cpu_us;              /* CPU time of the process per event */
    double switches;            /* of threads by the kernel, per event */
};

static struct result
measure(int on_cores, double seconds)
{
    pthread_t threads[1 + CROWD];
    struct rusage before, after;
    stop = 0;
    events = 0;
    turn = over = waiting = tokens = answers = 0;
    generation = 0;
    subject->init();
    pthread_barrier_init(&begin, NULL, (unsigned int)bench->threads + 1);
    for (int i = 0; i < bench->threads; i++) {
        start_thread(&threads[i], i, on_cores);
    }
    getrusage(RUSAGE_SELF, &before);
    double began = now_s();
    pthread_barrier_wait(&begin);
    sleep_s(seconds);
    stop = 1;
    /* Until thread 0 has ended, for its last event may take long. */
    pthread_join(threads[0], NULL);
    double took = now_s() - began;
    getrusage(RUSAGE_SELF, &after);
    for (int i = 1; i < bench->threads; i++) {
        pthread_join(threads[i], NULL);
    }
    pthread_barrier_destroy(&begin);
    double n = events > 0 ? (double)events : 1.0;
    return (struct result){
        .rate = (double)events / took,
        .cpu_us = 1e6 * (cpu_s(&after) - cpu_s(&before)) / n,
        .switches = (double)(after.ru_nvcsw + after.ru_nivcsw
                             - before.ru_nvcsw - before.ru_nivcsw) / n,
    };
}

/* --- statistics, as in plusbench/stats.py --- */

static int
compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return (x > y) - (x < y);
}

/* values are sorted. */
static double
quantile(const double *values, int n, double q)
{
    double place = q * (n - 1);
    int below = (int)place, above = below + 1 < n ? below + 1 : below;
    return values[below] + (values[above] - values[below]) * (place - below);
}

/* Sorts values.  *spread: half the interquartile range, in percent of the median. */
static double
median(double *values, int n, double *spread)
{
    qsort(values, (size_t)n, sizeof(double), compare);
    double middle = quantile(values, n, 0.5);
    double range = quantile(values, n, 0.75) - quantile(values, n, 0.25);
    *spread = middle > 0 ? 50 * range / middle : 0;
    return middle;
}

/* --- all of them --- */

struct options {
    int rounds;
    double seconds;
    int chosen[COUNT(benches)];
};

static struct result *results;          /* [case][cores - 1][subject][round] */

static struct result *
results_of(const struct options *options, int b, int on_cores, int s)
{
    int index = (b * 2 + on_cores - 1) * COUNT(subjects) + s;
    return &results[(size_t)index * (size_t)options->rounds];
}

static void
run_round(const struct options *options, int round)
{
    for (int b = 0; b < COUNT(benches); b++) {
        for (int on = 1; options->chosen[b] && on <= core_count; on++) {
            for (int i = 0; i < COUNT(subjects); i++) {
                int s = round % 2 == 0 ? i : COUNT(subjects) - 1 - i;
                bench = &benches[b];
                subject = subjects[s];
                if (applies(bench, subject)) {
                    results_of(options, b, on, s)[round] = measure(on, options->seconds);
                }
            }
        }
    }
}

struct row {
    double rate, rate_spread, ratio, ratio_spread, cpu_us, switches;
};

/* The ratio is taken within each round: what disturbs a round, disturbs both. */
static struct row
summary(const struct result *of, const struct result *base, int n)
{
    double values[4][MAX_ROUNDS], unused;
    for (int i = 0; i < n; i++) {
        values[0][i] = of[i].rate;
        values[1][i] = base[i].rate > 0 ? of[i].rate / base[i].rate : 0;
        values[2][i] = of[i].cpu_us;
        values[3][i] = of[i].switches;
    }
    struct row row;
    row.rate = median(values[0], n, &row.rate_spread);
    row.ratio = median(values[1], n, &row.ratio_spread);
    row.cpu_us = median(values[2], n, &unused);
    row.switches = median(values[3], n, &unused);
    return row;
}

static void
print_rows(const struct options *options, int b, int on_cores)
{
    for (int s = 0; s < COUNT(subjects); s++) {
        if (applies(&benches[b], subjects[s])) {
            struct row row = summary(results_of(options, b, on_cores, s),
                                     results_of(options, b, on_cores, 0), options->rounds);
            printf("%-11s  %5d  %-18s %9.0f  %3.0f %%  %6.2f  %3.0f %%  %7.2f  %8.2f\n",
                   benches[b].name, on_cores, subjects[s]->name,
                   row.rate, row.rate_spread, row.ratio, row.ratio_spread,
                   row.cpu_us, row.switches);
        }
    }
}

static void
print_table(const struct options *options)
{
    printf("%-11s  %5s  %-18s %9s  %5s  %6s  %5s  %7s  %8s\n", "case", "cores", "subject",
           "events/s", "+-", "ratio", "+-", "CPU us", "switches");
    for (int b = 0; b < COUNT(benches); b++) {
        for (int on = 1; options->chosen[b] && on <= core_count; on++) {
            print_rows(options, b, on);
        }
    }
    if (core_count < 2) {
        puts("This process may use one core only: no rows for two cores.");
    }
}

/* --- options --- */

static const char *const usage =
    "usage: condbench [--rounds N] [--seconds S] [--only CASE,...] [--list]\n"
    "What a condition variable costs: pthread_cond_t, and ours on sem_t and futex.\n"
    "  --rounds N       so many measurements of each case (5)\n"
    "  --seconds S      each as long (0.2)\n"
    "  --only CASE,...  only these cases\n"
    "  --list           the names of the cases\n";

static void
list_cases(FILE *file, const char *separator)
{
    for (int b = 0; b < COUNT(benches); b++) {
        fprintf(file, "%s%s", b == 0 ? "" : separator, benches[b].name);
    }
    fputc('\n', file);
}

static void
choose(struct options *options, char *names)
{
    memset(options->chosen, 0, sizeof(options->chosen));
    char *rest = names, *name;
    while ((name = strsep(&rest, ",")) != NULL) {
        int b = 0;
        while (b < COUNT(benches) && strcmp(benches[b].name, name) != 0) {
            b++;
        }
        if (b == COUNT(benches)) {
            fprintf(stderr, "condbench: --only: there is no case \"%s\"; there are: ",
                    name);
            list_cases(stderr, ", ");
            exit(2);
        }
        options->chosen[b] = 1;
    }
}

static double
number(const char *option, const char *text, double least, double most)
{
    char *end;
    double value = strtod(text, &end);
    if (end == text || *end != '\0' || !(value >= least && value <= most)) {
        fail(2, "--%s %s: give a number from %g to %g", option, text, least, most);
    }
    return value;
}

static int
whole_number(const char *option, const char *text, int most)
{
    double value = number(option, text, 1, most);
    if (value != (int)value) {
        fail(2, "--%s %s: give a whole number", option, text);
    }
    return (int)value;
}

static struct options
parse(int argc, char **argv)
{
    static const struct option known[] = {
        {"rounds", required_argument, NULL, 'r'},
        {"seconds", required_argument, NULL, 's'},
        {"only", required_argument, NULL, 'o'},
        {"list", no_argument, NULL, 'l'},
        {"help", no_argument, NULL, 'h'},
        {NULL, 0, NULL, 0},
    };
    struct options options = {.rounds = 5, .seconds = 0.2};
    for (int b = 0; b < COUNT(benches); b++) {
        options.chosen[b] = 1;
    }
    opterr = 0;
    for (int c; (c = getopt_long(argc, argv, ":", known, NULL)) != -1; ) {
        switch (c) {
        case 'r':
            options.rounds = whole_number("rounds", optarg, MAX_ROUNDS);
            break;
        case 's':
            options.seconds = number("seconds", optarg, 0.001, MAX_SECONDS);
            break;
        case 'o':
            choose(&options, optarg);
            break;
        case 'l':
            list_cases(stdout, "\n");
            check_stdout();
            exit(0);
        case 'h':
            fputs(usage, stdout);
            check_stdout();
            exit(0);
        case ':':
            fail(2, "%s needs a value", argv[optind - 1]);
        default:
            fail(2, "unknown option %s: see condbench --help", argv[optind - 1]);
        }
    }
    if (optind < argc) {
        fail(2, "unknown argument %s: see condbench --help", argv[optind]);
    }
    return options;
}

static void
print_machine(const struct options *options)
{
    struct utsname system = {0};
    uname(&system);
    printf("condbench: cores %d, glibc %s, %s %s, rounds %d of %g s, interleaved\n",
           core_count, gnu_get_libc_version(), system.sysname, system.release,
           options->rounds, options->seconds);
}

int
main(int argc, char **argv)
{
    struct options options = parse(argc, argv);
    find_cores();
    size_t cells = (size_t)COUNT(benches) * 2 * COUNT(subjects);
    results = calloc(cells * (size_t)options.rounds, sizeof(struct result));
    if (results == NULL) {
        fail(1, "out of memory");
    }
    print_machine(&options);
    check_stdout();
    for (int round = 0; round < options.rounds; round++) {
        run_round(&options, round);
    }
    print_table(&options);
    check_stdout();
    free(results);
    return 0;
}
