/* The slow path of locks: waiting for one, on the wait queues of plus_wait.h.

   A released lock is free: its first waiter is woken, and takes it when it has
   the GIL, unless another thread was faster (barging).  Then it waits on, at the
   head of the queue.  To hand the lock over each time instead makes a thread
   that takes a lock repeatedly wait for the other one each time (Doc/gil.md,
   "hand-off", tells why).  Who has waited for long is handed the lock. */

#include "Python.h"
#include "pycore_plus_wait.h"

/* One wait on the queue, which ends for whatever reason.  Returns whether the lock is
   taken. */
static int
wait_once(struct _PyWait_queue *q, struct _PyWait_node *node, int64_t deadline,
          int interruptible, enum _PyWait_result *result)
{
    *result = WAIT_READIED;
    if (!_PyWait_EnterLock(q, node)) {
        return _PyWait_TryLock(q);
    }
    *result = _PyWait_Sleep(node, deadline, interruptible);
    if (_PyWait_Leave(node) == WAIT_NODE_HANDED) {
        _PyWait_WasHanded(q);
        return 1;
    }
    return _PyWait_TryLock(q);
}

PyLockStatus
_PyWait_LockSlow(struct _PyWait_queue *q, int64_t timeout, int interruptible)
{
    struct _PyWait_node node = {.since = _PyWait_Now()};
    int64_t deadline = timeout < 0 || timeout > INT64_MAX - node.since
                     ? PARKER_FOREVER : node.since + timeout;
    enum _PyWait_result result;
    while (!wait_once(q, &node, deadline, interruptible, &result)) {
        if (result == WAIT_TIMED_OUT) {
            return PY_LOCK_FAILURE;
        }
        if (result == WAIT_INTERRUPTED && interruptible) {
            if (Py_MakePendingCalls() < 0) {
                return PY_LOCK_INTR;
            }
            if (_PyWait_TryLock(q)) {
                return PY_LOCK_ACQUIRED;
            }
        }
    }
    return PY_LOCK_ACQUIRED;
}

void
_PyWait_LockAgain(struct _PyWait_queue *q, int64_t since)
{
    struct _PyWait_node node = {.since = since};
    enum _PyWait_result result;
    int taken = _PyWait_TryLock(q);
    while (!taken) {
        taken = wait_once(q, &node, PARKER_FOREVER, 0, &result);
    }
}
