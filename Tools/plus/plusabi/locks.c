/* Copyright PythonPlus contributors.

   An extension that uses what the C API has about locks, the GIL and threads and
   what the limited API has too: it is built for both (PLUS_NAME is the module's
   name). Each function is a check: it returns None, or raises AssertionError. */

#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <pthread.h>

enum { THREADS = 4, ROUNDS = 2000 };

static PyObject *
failed(const char *what)
{
    PyErr_SetString(PyExc_AssertionError, what);
    return NULL;
}

/* What the threads of one check share. */
typedef struct {
    PyThread_type_lock lock;
    PyThread_type_lock turns[2];
    PyObject *callable;
    long count;
    int errors;
} Shared;

/* Run THREADS threads of the system to their end, without the GIL. */
static int
run_threads(void *(*body)(void *), Shared *shared)
{
    pthread_t threads[THREADS];
    int started = 0;
    while (started < THREADS
           && !pthread_create(&threads[started], NULL, body, shared)) {
        started++;
    }
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    Py_END_ALLOW_THREADS
    return started == THREADS;
}

static void *
count_under_lock(void *argument)
{
    Shared *shared = argument;
    for (int i = 0; i < ROUNDS; i++) {
        PyThread_acquire_lock(shared->lock, WAIT_LOCK);
        shared->count++;
        PyThread_release_lock(shared->lock);
    }
    return NULL;
}

/* A lock excludes threads that know nothing of Python. */
static PyObject *
lock_excludes(PyObject *module, PyObject *ignored)
{
    Shared shared = {.lock = PyThread_allocate_lock()};
    int ran = run_threads(count_under_lock, &shared);
    PyThread_free_lock(shared.lock);
    if (!ran || shared.count != THREADS * ROUNDS) {
        return failed("the lock let two threads in");
    }
    Py_RETURN_NONE;
}

/* A held lock is not had, at once or after a time-out; a free one is. */
static PyObject *
lock_times_out(PyObject *module, PyObject *ignored)
{
    PyThread_type_lock lock = PyThread_allocate_lock();
    int good = PyThread_acquire_lock_timed(lock, 0, 0) == PY_LOCK_ACQUIRED
        && PyThread_acquire_lock(lock, NOWAIT_LOCK) == PY_LOCK_FAILURE;
    Py_BEGIN_ALLOW_THREADS
    good = good && PyThread_acquire_lock_timed(lock, 20000, 1) == PY_LOCK_FAILURE;
    Py_END_ALLOW_THREADS
    PyThread_release_lock(lock);
    good = good && PyThread_acquire_lock_timed(lock, -1, 0) == PY_LOCK_ACQUIRED;
    PyThread_release_lock(lock);
    PyThread_free_lock(lock);
    if (!good) {
        return failed("a wait for a lock ended in the wrong way");
    }
    Py_RETURN_NONE;
}

/* A signal ends the wait of the thread that gets it. The caller has a timer run. */
static PyObject *
lock_is_interrupted(PyObject *module, PyObject *ignored)
{
    PyThread_type_lock lock = PyThread_allocate_lock();
    PyLockStatus status;
    PyThread_acquire_lock(lock, WAIT_LOCK);
    Py_BEGIN_ALLOW_THREADS
    status = PyThread_acquire_lock_timed(lock, 60 * 1000000LL, 1);
    Py_END_ALLOW_THREADS
    PyThread_release_lock(lock);
    PyThread_free_lock(lock);
    if (status != PY_LOCK_INTR) {
        return failed("the signal did not end the wait");
    }
    Py_RETURN_NONE;
}

static void *
call_python(void *argument)
{
    Shared *shared = argument;
    for (int i = 0; i < ROUNDS / 10; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        PyGILState_STATE inner = PyGILState_Ensure();
        PyObject *result = PyObject_CallNoArgs(shared->callable);
        if (result == NULL || !PyGILState_GetThisThreadState()) {
            PyErr_Clear();
            shared->errors++;
        }
        Py_XDECREF(result);
        shared->count++;            /* under the GIL */
        PyGILState_Release(inner);
        Py_BEGIN_ALLOW_THREADS
        Py_END_ALLOW_THREADS
        PyGILState_Release(state);
    }
    return NULL;
}

/* Foreign threads call Python, beside the threads that Python has. */
static PyObject *
foreign_threads_call(PyObject *module, PyObject *callable)
{
    Shared shared = {.callable = callable};
    int ran = run_threads(call_python, &shared);
    if (!ran || shared.errors || shared.count != THREADS * (ROUNDS / 10)) {
        return failed("a call from a foreign thread failed");
    }
    Py_RETURN_NONE;
}

/* The other side of hand_over(): waits with the GIL released. */
static void
answer(void *argument)
{
    Shared *shared = argument;
    PyGILState_STATE state = PyGILState_Ensure();
    for (int i = 0; i < ROUNDS; i++) {
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(shared->turns[0], WAIT_LOCK);
        Py_END_ALLOW_THREADS
        shared->count++;
        PyThread_release_lock(shared->turns[1]);
    }
    PyGILState_Release(state);
    PyThread_release_lock(shared->lock);    /* shared goes when it has this */
}

/* Two locks pass a turn to and fro between two threads of Python. */
static PyObject *
hand_over(PyObject *module, PyObject *ignored)
{
    Shared shared = {.lock = PyThread_allocate_lock()};
    int wrong = 0;
    PyThread_acquire_lock(shared.lock, WAIT_LOCK);
    for (int i = 0; i < 2; i++) {
        shared.turns[i] = PyThread_allocate_lock();
        PyThread_acquire_lock(shared.turns[i], WAIT_LOCK);
    }
    if (PyThread_start_new_thread(answer, &shared) == (unsigned long)-1) {
        return failed("the thread did not start");
    }
    for (int i = 0; i < ROUNDS; i++) {
        PyThread_release_lock(shared.turns[0]);
        Py_BEGIN_ALLOW_THREADS
        PyThread_acquire_lock(shared.turns[1], WAIT_LOCK);
        Py_END_ALLOW_THREADS
        wrong += shared.count != i + 1;
    }
    Py_BEGIN_ALLOW_THREADS
    PyThread_acquire_lock(shared.lock, WAIT_LOCK);
    Py_END_ALLOW_THREADS
    PyThread_free_lock(shared.lock);
    PyThread_free_lock(shared.turns[0]);
    PyThread_free_lock(shared.turns[1]);
    if (wrong) {
        return failed("a turn got lost");
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"lock_excludes", lock_excludes, METH_NOARGS, NULL},
    {"lock_times_out", lock_times_out, METH_NOARGS, NULL},
    {"lock_is_interrupted", lock_is_interrupted, METH_NOARGS, NULL},
    {"foreign_threads_call", foreign_threads_call, METH_O, NULL},
    {"hand_over", hand_over, METH_NOARGS, NULL},
    {NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT,
    .m_name = Py_STRINGIFY(PLUS_NAME), .m_size = 0, .m_methods = methods,
};

#define INIT_NAME(name) INIT_NAME_(name)
#define INIT_NAME_(name) PyInit_ ## name

PyMODINIT_FUNC
INIT_NAME(PLUS_NAME)(void)
{
    return PyModuleDef_Init(&definition);
}
