/* Copyright PythonPlus contributors.

   The module plus_waits: which threads sleep in a wait queue, and in which.  From outside
   a thread that waits for a lock and one that waits for the GIL look alike.

   Of the interpreter's structures it reads _PyWait_node and _PyGIL_waiter, and nothing
   of the objects of _thread. */

#define PY_SSIZE_T_CLEAN
#define Py_BUILD_CORE_MODULE 1

#include "Python.h"
#include "pycore_ceval_state.h"   // struct _ceval_state
#include "pycore_interp.h"        // PyInterpreterState.ceval
#include "pycore_plus_wait.h"
#include "pycore_plus_waiter.h"

/* Is the thread of node asleep on it, to be woken by others only? */
static int
sleeps(const struct _PyWait_node *node)
{
    return node->state == WAIT_NODE_QUEUED && node->waiter->node == node
        && node->waiter->sleeping;
}

/* As a dict: {thread's ident: address of the queue}.  NULL with an exception set. */
static PyObject *
as_dict(const unsigned long *idents, const struct _PyWait_queue *const *queues, int n)
{
    PyObject *dict = PyDict_New();
    for (int i = 0; dict != NULL && i < n; i++) {
        PyObject *ident = PyLong_FromUnsignedLong(idents[i]);
        PyObject *queue = PyLong_FromVoidPtr((void *)queues[i]);
        if (ident == NULL || queue == NULL || PyDict_SetItem(dict, ident, queue) < 0) {
            Py_CLEAR(dict);
        }
        Py_XDECREF(ident);
        Py_XDECREF(queue);
    }
    return dict;
}

/* Called with the GIL, which guards what is read here together with the lock; no memory
   is allocated under the lock, as pycore_plus_gil.h demands. */
static PyObject *
sleeping(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    enum { MOST = 64 };
    unsigned long idents[MOST];
    const struct _PyWait_queue *queues[MOST];
    int n = 0, nodes = 0;
    struct _PyGIL_sched *sched = &PyThreadState_Get()->interp->ceval.gil->sched;
    pthread_mutex_lock(&sched->lock);
    for (const struct _PyWait_node *node = sched->nodes; node != NULL; node = node->all_next) {
        nodes++;
        if (n < MOST && sleeps(node)) {
            queues[n] = node->queue;
            idents[n++] = node->tstate->thread_id;
        }
    }
    pthread_mutex_unlock(&sched->lock);

    PyObject *dict = as_dict(idents, queues, n);
    return dict == NULL ? NULL : Py_BuildValue("(Ni)", dict, nodes);
}

static PyMethodDef methods[] = {
    {"sleeping", sleeping, METH_NOARGS,
     "sleeping() -> ({thread's ident: address of the queue}, number)\n\n"
     "The threads of this interpreter that sleep in a wait queue, and how many places\n"
     "in wait queues are taken.  The queue of a lock is in the memory of the lock."},
    {NULL}
};

static struct PyModuleDef module = {
    PyModuleDef_HEAD_INIT, "plus_waits", NULL, -1, methods,
};

PyMODINIT_FUNC
PyInit_plus_waits(void)
{
    return PyModule_Create(&module);
}
