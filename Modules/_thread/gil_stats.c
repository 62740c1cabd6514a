/* _thread.gil_stats(): what the scheduler has counted. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_interp.h"        // PyInterpreterState.ceval
#include "pycore_pystate.h"       // _PyInterpreterState_GET(), HEAD_LOCK()

#include "plus_module.h"

/* A thread's name in the result, and its counters. */
struct thread_stats {
    unsigned long ident;
    struct _PyGIL_stats stats;
};

#define COUNTERS (sizeof(struct _PyGIL_stats) / sizeof(int64_t))

/* In the order of struct _PyGIL_stats, which consists of int64_t alone. */
static const char * const counter_names[] = {
    "held_ns", "waited_ns", "longest_wait_ns", "takes", "takes_spun",
    "takes_parked", "parks", "parks_timed_out", "invitations", "lends",
    "asked_to_yield", "yields", "demotions", "longest_atomic_ns",
};
static_assert(Py_ARRAY_LENGTH(counter_names) == COUNTERS, "a name for each counter");

static int
set_counter(PyObject *dict, const char *name, int64_t value)
{
    PyObject *number = PyLong_FromLongLong(value);
    if (number == NULL) {
        return -1;
    }
    int result = PyDict_SetItemString(dict, name, number);
    Py_DECREF(number);
    return result;
}

static PyObject *
counters_as_dict(const struct _PyGIL_stats *stats)
{
    PyObject *dict = PyDict_New();
    for (size_t i = 0; dict != NULL && i < COUNTERS; i++) {
        if (set_counter(dict, counter_names[i], ((const int64_t *)stats)[i]) < 0) {
            Py_CLEAR(dict);
        }
    }
    return dict;
}

static PyObject *
thread_as_dict(const struct thread_stats *thread)
{
    PyObject *dict = counters_as_dict(&thread->stats);
    if (dict != NULL && set_counter(dict, "ident", (int64_t)thread->ident) < 0) {
        Py_CLEAR(dict);
    }
    return dict;
}

/* Copy what belongs to the threads of interp into an array of room elements.
   Returns how many threads there are.  The caller has the GIL, so no thread
   that could change its counters runs; HEAD_LOCK keeps the list together. */
static Py_ssize_t
copy_threads(PyInterpreterState *interp, struct thread_stats *threads, Py_ssize_t room)
{
    Py_ssize_t n = 0;
    HEAD_LOCK(interp->runtime);
    for (PyThreadState *t = interp->threads.head; t != NULL; t = t->next, n++) {
        if (n < room) {
            threads[n].ident = t->thread_id;
            threads[n].stats = ((_PyThreadStateImpl *)t)->gil_account.stats;
        }
    }
    HEAD_UNLOCK(interp->runtime);
    return n;
}

/* The caller frees the array with PyMem_Free(). */
static struct thread_stats *
all_threads(PyInterpreterState *interp, Py_ssize_t *count)
{
    struct thread_stats *threads = NULL;
    Py_ssize_t room = 0, n;
    /* Threads may be created without the GIL: until all had room. */
    while ((n = copy_threads(interp, threads, room)) > room) {
        PyMem_Free(threads);
        room = n + 8;
        threads = PyMem_New(struct thread_stats, room);
        if (threads == NULL) {
            PyErr_NoMemory();
            return NULL;
        }
    }
    *count = n;
    return threads;
}

static PyObject *
list_of_threads(const struct thread_stats *threads, Py_ssize_t n)
{
    PyObject *list = PyList_New(n);
    for (Py_ssize_t i = 0; list != NULL && i < n; i++) {
        PyObject *dict = thread_as_dict(&threads[i]);
        if (dict == NULL) {
            Py_CLEAR(list);
            break;
        }
        PyList_SET_ITEM(list, i, dict);
    }
    return list;
}

/* Counters of the threads that run, and of those that have ended. */
static PyObject *
totals_as_dict(const struct _PyGIL_sched *sched, const struct thread_stats *threads,
               Py_ssize_t n)
{
    struct _PyGIL_stats sum = sched->ended;
    for (Py_ssize_t i = 0; i < n; i++) {
        _PyGIL_AddStats(&sum, &threads[i].stats);
    }
    PyObject *dict = counters_as_dict(&sum);
    if (dict != NULL
        && set_counter(dict, "wanted_free_ns", sched->wanted_free_ns) < 0)
    {
        Py_CLEAR(dict);
    }
    return dict;
}

static PyObject *
gil_stats(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    PyInterpreterState *interp = _PyInterpreterState_GET();
    Py_ssize_t n;
    struct thread_stats *threads = all_threads(interp, &n);
    if (threads == NULL) {
        return NULL;
    }
    PyObject *list = list_of_threads(threads, n);
    PyObject *total = totals_as_dict(&interp->ceval.gil->sched, threads, n);
    PyMem_Free(threads);
    if (list == NULL || total == NULL) {
        Py_XDECREF(list);
        Py_XDECREF(total);
        return NULL;
    }
    return Py_BuildValue("{sNsN}", "total", total, "threads", list);
}

PyDoc_STRVAR(gil_stats_doc,
"gil_stats($module, /)\n--\n\n\
Return what the GIL's scheduler has counted since the interpreter started.\n\
\n\
A dictionary: 'threads', a list with one dictionary per thread of the calling\n\
interpreter, and 'total', their sum with the threads that have ended.\n\
Times are in nanoseconds.\n\
\n\
  ident            as threading.get_ident() (not in 'total')\n\
  held_ns          had the GIL while another thread waited for it\n\
  waited_ns, longest_wait_ns\n\
                   for the GIL, in all and at most (finished waits)\n\
  takes            how often it took the GIL, of which\n\
  takes_spun       got it while spinning,\n\
  takes_parked     got it after a sleep\n\
  parks            sleeps in its finished waits for the GIL, of which\n\
  parks_timed_out  ended by a deadline, so that it looked after the holder\n\
  invitations      releases and yields of this thread that woke a waiter\n\
  lends            short releases that woke nobody on purpose\n\
  asked_to_yield   was asked to give the GIL up\n\
  yields           did so\n\
  demotions        came back ahead of its fair share and had to queue\n\
  longest_atomic_ns\n\
                   kept the GIL in an atomic block after it was asked to give\n\
                   it up, at most\n\
\n\
In 'total' only: wanted_free_ns, the GIL was free although somebody waited.");

static PyMethodDef gil_stats_method = {
    "gil_stats", gil_stats, METH_NOARGS, gil_stats_doc,
};

int
_PyPlus_AddGilStats(PyObject *module, PyObject *name)
{
    return PyModule_Add(module, "gil_stats",
                        PyCFunction_NewEx(&gil_stats_method, module, name));
}
