/* Copyright PythonPlus contributors.

   What the emulation is compared with: the C library's condition variable, and
   semaphores and futexes alone. */
#include "condbench.h"

#include <linux/futex.h>
#include <semaphore.h>
#include <stdatomic.h>
#include <stdint.h>
#include <sys/syscall.h>
#include <unistd.h>

static pthread_cond_t conditions[CONDITIONS];

static void
posix_init(void)
{
    for (int i = 0; i < CONDITIONS; i++) {
        pthread_cond_init(&conditions[i], NULL);
    }
}

static void
posix_wait(int condition)
{
    pthread_cond_wait(&conditions[condition], &mutex);
}

static void
posix_signal(int condition)
{
    pthread_cond_signal(&conditions[condition]);
}

static void
posix_unlock_signal(int condition)
{
    pthread_mutex_unlock(&mutex);
    pthread_cond_signal(&conditions[condition]);
}

static void
posix_broadcast(int condition)
{
    pthread_cond_broadcast(&conditions[condition]);
}

const struct subject posix = {
    .name = "pthread_cond_t", .init = posix_init, .wait = posix_wait,
    .signal = posix_signal, .unlock_signal = posix_unlock_signal,
    .broadcast = posix_broadcast,
};

static sem_t sems[2];

static void
sem_gates(void)
{
    sem_init(&sems[0], 0, 0);
    sem_init(&sems[1], 0, 0);
}

static void
sem_open_gate(int thread)
{
    sem_post(&sems[thread]);
}

static void
sem_pass_gate(int thread)
{
    while (sem_wait(&sems[thread]) != 0) {
    }
}

const struct subject plain_sem = {
    .name = "sem_t alone", .init = sem_gates,
    .open = sem_open_gate, .pass = sem_pass_gate,
};

static _Atomic(uint32_t) words[2];

static void
futex_gates(void)
{
    words[0] = words[1] = 0;
}

static void
futex_open_gate(int thread)
{
    atomic_store_explicit(&words[thread], 1, memory_order_release);
    syscall(SYS_futex, &words[thread], FUTEX_WAKE_PRIVATE, 1, NULL, NULL, 0);
}

static void
futex_pass_gate(int thread)
{
    while (!atomic_exchange_explicit(&words[thread], 0, memory_order_acquire)) {
        syscall(SYS_futex, &words[thread], FUTEX_WAIT_PRIVATE, 0, NULL, NULL, 0);
    }
}

const struct subject plain_futex = {
    .name = "futex alone", .init = futex_gates,
    .open = futex_open_gate, .pass = futex_pass_gate,
};
