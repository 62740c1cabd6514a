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
extern int _PyPlus_AddReplaced(PyObject *module, PyObject *name);   /* replaced.c */
extern int _PyPlus_AddAtomic(PyObject *module, PyObject *name);     /* atomic.c */

/* What belongs to a module object, in its state.  NULL: this build has it not. */
struct plus_types {
    PyTypeObject *lock, *rlock, *condition;
    /* --- see replaced.c; NULL before threading was imported --- */
    PyObject *threading;        /* its globals */
    PyObject *lock_name;        /* the name there of the function that makes locks */
    PyObject *allocate_lock;    /* that function, as long as nobody replaces it */
    PyObject *plain;            /* {type: class to be used if somebody does} */
};

extern int _PyPlus_TraverseTypes(struct plus_types *, visitproc visit, void *arg);
extern void _PyPlus_ClearTypes(struct plus_types *);

/* tp_new of the types that threads wait on, but for locks: see replaced.c. */
extern PyObject *_PyPlus_NewWaitable(PyTypeObject *, PyObject *args, PyObject *kwargs);

/* --- _threadmodule.c.ed --- */

extern struct plus_types *_PyPlus_Types(PyObject *module);

/* The module object of a type that is, or is derived from, one of its types;
   borrowed.  NULL with an exception set if there is none. */
extern PyObject *_PyPlus_ThreadModule(PyTypeObject *);

#endif /* !PLUS_MODULE_H */
