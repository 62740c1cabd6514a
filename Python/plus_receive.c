/* Waiting to be given an object, for queue.SimpleQueue, on which ThreadPoolExecutor
   stands.

   An item that is put goes to the thread that has waited longest, past the buffer,
   as in the base.  But the base wakes the OS thread at once, while the GIL is taken;
   here it moves to the ready queue.  Time-out and signal: an item that came in
   between is in the node, and counts. */

#include "Python.h"
#include "pycore_parking_lot.h"   // Py_PARK_OK
#include "pycore_plus_wait.h"

int
_PyWait_Receive(struct _PyWait_queue *q, int64_t timeout, PyObject **item)
{
    int64_t now = _PyWait_Now();
    int64_t deadline = timeout < 0 || timeout > INT64_MAX - now
                     ? PARKER_FOREVER : now + timeout;
    struct _PyWait_node node = {.since = now};
    _PyWait_Enter(q, &node, /*announce=*/1);
    enum _PyWait_result result = _PyWait_Sleep(&node, deadline, /*interruptible=*/1);
    if (_PyWait_Leave(&node) == WAIT_NODE_NOTIFIED) {
        *item = node.gift;
        return Py_PARK_OK;
    }
    return result == WAIT_TIMED_OUT ? Py_PARK_TIMEOUT : Py_PARK_INTR;
}
