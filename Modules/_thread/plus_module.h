#ifndef PLUS_MODULE_H
#define PLUS_MODULE_H

/* The parts that PythonPlus adds to the module _thread, one file each.  They
   return -1 with an exception set, or 0; name is the module's. */

extern int _PyPlus_AddGilInfo(PyObject *module, PyObject *name);    /* gil_info.c */
extern int _PyPlus_AddGilStats(PyObject *module, PyObject *name);   /* gil_stats.c */
extern int _PyPlus_AddLock(PyObject *module, PyObject *name);       /* lock.c */
extern int _PyPlus_AddRLock(PyObject *module, PyObject *name);      /* rlock.c */
extern int _PyPlus_AddCondition(PyObject *module, PyObject *name);  /* condition.c */
extern int _PyPlus_AddEvent(PyObject *module, PyObject *name);      /* event.c */
extern int _PyPlus_AddSemaphores(PyObject *module, PyObject *name); /* semaphore.c */

/* Types of a module object, in its state.  NULL: this build has it not. */
struct plus_types {
    PyTypeObject *lock, *rlock, *condition;
};

/* --- _threadmodule.c.ed --- */

extern struct plus_types *_PyPlus_Types(PyObject *module);

/* The module object of a type that is, or is derived from, one of its types;
   borrowed.  NULL with an exception set if there is none. */
extern PyObject *_PyPlus_ThreadModule(PyTypeObject *);

#endif /* !PLUS_MODULE_H */
