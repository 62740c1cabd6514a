/* What conditions, events and semaphores share: how long to wait, and the sleep during
   which signal handlers run; see plus_lock.h. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"

#include "plus_lock.h"

int
_PyPlus_ParseLimit(PyObject *timeout, struct plus_limit *limit)
{
    *limit = (struct plus_limit){.poll = 0, .deadline = PARKER_FOREVER};
    if (timeout == Py_None) {
        return 0;
    }
    PyObject *zero = PyLong_FromLong(0);
    int positive = PyObject_RichCompareBool(timeout, zero, Py_GT);
    Py_DECREF(zero);
    if (positive <= 0) {
        limit->poll = 1;
        return positive;
    }
    int64_t ns;
    if (_PyPlus_ParseTimeout(timeout, &ns) < 0) {
        return -1;
    }
    int64_t now = _PyWait_Now();
    if (ns <= INT64_MAX - now) {
        limit->deadline = now + ns;
    }
    return 0;
}

struct _PyWait_node *
_PyPlus_NewNode(void)
{
    struct _PyWait_node *node = PyMem_Calloc(1, sizeof(*node));
    if (node == NULL) {
        PyErr_NoMemory();
        return NULL;
    }
    node->since = _PyWait_Now();
    return node;
}

int
_PyPlus_SleepOn(struct _PyWait_queue *q, struct _PyWait_node *node, int64_t deadline)
{
    int in_condition = 1;
    do {
        enum _PyWait_result result = _PyWait_Sleep(node, deadline, in_condition);
        /* Nobody else changes the state of a node in the condition's queue. */
        in_condition = node->queue == q;
        if (!in_condition) {
            /* Notified: only the lock ends the sleep. */
            deadline = PARKER_FOREVER;
        }
        else if (result == WAIT_TIMED_OUT || node->state != WAIT_NODE_QUEUED) {
            return 0;
        }
        else if (result == WAIT_INTERRUPTED && Py_MakePendingCalls() < 0) {
            return -1;
        }
    } while (_PyWait_Announce(node));
    return 0;
}
