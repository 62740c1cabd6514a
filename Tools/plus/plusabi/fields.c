/* Copyright PythonPlus contributors.

   An extension that uses what the C API has about threads beyond the limited API:
   mutexes, the fields of PyThreadState, interpreters, pending calls. Each function is
   a check: it returns None, or raises AssertionError. */

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

typedef struct {
    PyMutex mutex;
    long count;
} Shared;

/* Half of the rounds with a thread state, so that a wait has a GIL to release. */
static void *
count_under_mutex(void *argument)
{
    Shared *shared = argument;
    for (int i = 0; i < ROUNDS; i++) {
        PyMutex_Lock(&shared->mutex);
        shared->count++;
        PyMutex_Unlock(&shared->mutex);
    }
    PyGILState_STATE state = PyGILState_Ensure();
    for (int i = 0; i < ROUNDS; i++) {
        PyMutex_Lock(&shared->mutex);
        shared->count++;
        PyMutex_Unlock(&shared->mutex);
    }
    PyGILState_Release(state);
    return NULL;
}

static PyObject *
mutex_excludes(PyObject *module, PyObject *ignored)
{
    Shared shared = {0};
    pthread_t threads[THREADS];
    int started = 0;
    while (started < THREADS
           && !pthread_create(&threads[started], NULL, count_under_mutex, &shared)) {
        started++;
    }
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < started; i++) {
        pthread_join(threads[i], NULL);
    }
    Py_END_ALLOW_THREADS
    if (started != THREADS || shared.count != THREADS * 2 * ROUNDS) {
        return failed("the mutex let two threads in");
    }
    Py_RETURN_NONE;
}

/* The fields of PyThreadState that functions tell too, and its place in the list. */
static PyObject *
thread_state_has_its_fields(PyObject *module, PyObject *ignored)
{
    PyThreadState *tstate = PyThreadState_Get();
    PyInterpreterState *interp = PyInterpreterState_Get();
    int found = 0;
    if (tstate->interp != interp
        || tstate->thread_id != PyThread_get_thread_ident()
        || tstate->native_thread_id != PyThread_get_thread_native_id()
        || tstate->id != PyThreadState_GetID(tstate)
        || tstate != PyThreadState_GetUnchecked())
    {
        return failed("a field of PyThreadState is wrong");
    }
    PyThreadState *t = PyInterpreterState_ThreadHead(interp);
    for (; t != NULL; t = PyThreadState_Next(t)) {
        if (t->next != PyThreadState_Next(t) || (t->next && t->next->prev != t)) {
            return failed("the list of threads is broken");
        }
        found += t == tstate;
    }
    if (found != 1) {
        return failed("the thread is not once in the list of threads");
    }
    Py_RETURN_NONE;
}

static void *
swap_in_a_thread_state(void *argument)
{
    PyThreadState *tstate = PyThreadState_New(argument);
    PyEval_AcquireThread(tstate);
    int failure = PyRun_SimpleString(
        "import threading; threading.Lock().acquire(timeout=1)");
    PyEval_ReleaseThread(tstate);
    PyEval_RestoreThread(tstate);
    PyThreadState_Clear(tstate);
    PyThreadState_DeleteCurrent();
    return failure ? NULL : argument;
}

/* A thread of the system with a thread state that it makes itself. */
static PyObject *
own_thread_state_runs(PyObject *module, PyObject *ignored)
{
    pthread_t thread;
    void *result = NULL;
    PyInterpreterState *interp = PyInterpreterState_Get();
    if (!pthread_create(&thread, NULL, swap_in_a_thread_state, interp)) {
        Py_BEGIN_ALLOW_THREADS
        pthread_join(thread, &result);
        Py_END_ALLOW_THREADS
    }
    if (!result) {
        return failed("code in a thread state made by hand failed");
    }
    Py_RETURN_NONE;
}

/* An interpreter with a GIL of its own. */
static PyObject *
interpreter_with_own_gil_runs(PyObject *module, PyObject *ignored)
{
    PyThreadState *own = PyThreadState_Get(), *inner = NULL;
    PyInterpreterConfig config = {
        .allow_threads = 1, .check_multi_interp_extensions = 1,
        .gil = PyInterpreterConfig_OWN_GIL,
    };
    int failure = 1;
    PyStatus status = Py_NewInterpreterFromConfig(&inner, &config);
    if (!PyStatus_Exception(status)) {
        failure = PyRun_SimpleString(
            "import threading\n"
            "t = threading.Thread(target=threading.get_ident)\n"
            "t.start(); t.join()\n");
        Py_EndInterpreter(inner);
    }
    PyThreadState_Swap(own);
    if (failure) {
        return failed("an interpreter with its own GIL failed");
    }
    Py_RETURN_NONE;
}

static int
note_call(void *argument)
{
    ++*(int *)argument;
    return 0;
}

static void *
add_call(void *argument)
{
    return Py_AddPendingCall(note_call, argument) == 0 ? argument : NULL;
}

/* A call that a foreign thread asks for runs in the main thread, once. */
static PyObject *
pending_call_runs(PyObject *module, PyObject *ignored)
{
    pthread_t thread;
    void *added = NULL;
    int calls = 0;
    if (pthread_create(&thread, NULL, add_call, &calls)) {
        return failed("the thread did not start");
    }
    Py_BEGIN_ALLOW_THREADS
    pthread_join(thread, &added);
    Py_END_ALLOW_THREADS
    if (!added || Py_MakePendingCalls() || calls != 1) {
        return failed("a pending call did not run once");
    }
    Py_RETURN_NONE;
}

static PyMethodDef methods[] = {
    {"mutex_excludes", mutex_excludes, METH_NOARGS, NULL},
    {"thread_state_has_its_fields", thread_state_has_its_fields, METH_NOARGS, NULL},
    {"own_thread_state_runs", own_thread_state_runs, METH_NOARGS, NULL},
    {"interpreter_with_own_gil_runs", interpreter_with_own_gil_runs, METH_NOARGS, NULL},
    {"pending_call_runs", pending_call_runs, METH_NOARGS, NULL},
    {NULL},
};

static PyModuleDef definition = {
    PyModuleDef_HEAD_INIT, .m_name = "plus_fields", .m_size = 0, .m_methods = methods,
};

PyMODINIT_FUNC
PyInit_plus_fields(void)
{
    return PyModuleDef_Init(&definition);
}
