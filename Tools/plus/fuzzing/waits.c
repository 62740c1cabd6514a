/* Copyright PythonPlus contributors.

   The module plus_waits: which threads sleep in a wait queue.  From outside a thread
   that waits for a lock and one that waits for the GIL look alike. */

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

/* Called with the GIL, which guards what is read here together with the lock; no memory
   is allocated under the lock, as pycore_plus_gil.h demands. */
static PyObject *
sleeping(PyObject *Py_UNUSED(module), PyObject *Py_UNUSED(ignored))
{
    enum { MOST = 64 };
    unsigned long idents[MOST];
    int n = 0, nodes = 0;
    struct _PyGIL_sched *sched = &PyThreadState_Get()->interp->ceval.gil->sched;
    pthread_mutex_lock(&sched->lock);
    for (const struct _PyWait_node *node = sched->nodes; node != NULL; node = node->all_next) {
        nodes++;
        if (n < MOST && sleeps(node)) {
            idents[n++] = node->tstate->thread_id;
        }
    }
    pthread_mutex_unlock(&sched->lock);

    PyObject *list = PyList_New(0);
    for (int i = 0; list != NULL && i < n; i++) {
        PyObject *ident = PyLong_FromUnsignedLong(idents[i]);
        if (ident == NULL || PyList_Append(list, ident) < 0) {
            Py_CLEAR(list);
        }
        Py_XDECREF(ident);
    }
    return list == NULL ? NULL : Py_BuildValue("(Ni)", list, nodes);
}

static PyMethodDef methods[] = {
    {"sleeping", sleeping, METH_NOARGS,
     "sleeping() -> (list of thread idents, number)\n\n"
     "The threads of this interpreter that sleep in a wait queue, and how many places\n"
     "in wait queues are taken."},
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
