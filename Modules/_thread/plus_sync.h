#ifndef PLUS_SYNC_H
#define PLUS_SYNC_H

/* What Event and the semaphores share. */

/* "<module.class at address: rest>"; rest is released, or NULL after an error. */
extern PyObject *_PyPlus_Describe(PyObject *self, PyObject *rest);

/* The attribute _cond.  In the base a Condition with a Lock is what Event and
   Semaphore are made of, and programs that know this use it.  Ours have none, but
   make one when they are asked for it; from then on set() and release() notify
   it.  *cond: its place in self, NULL at first. */
extern PyObject *_PyPlus_GetCond(PyObject *self, PyObject **cond);
extern int _PyPlus_SetCond(PyObject *value, PyObject **cond);

/* Take cond, call the method, which is given n, or nothing if n is 0; release it.
   Returns None or NULL. */
extern PyObject *_PyPlus_NotifyCond(PyObject *cond, const char *method, Py_ssize_t n);

#endif /* !PLUS_SYNC_H */
