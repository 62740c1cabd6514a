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
extern int _PyPlus_AddSemaphore(PyObject *module, PyObject *name);  /* semaphore.c */
extern int _PyPlus_AddAttributeTypes(PyObject *module, PyObject *name); /* attributes.c */
extern int _PyPlus_AddFamily(PyObject *module, PyObject *name);     /* family.c */
extern int _PyPlus_AddAtomic(PyObject *module, PyObject *name);     /* atomic.c */

#define PLUS_KINDS 3
#define PLUS_GLOBALS 7

/* What belongs to a module object, in its state.  NULL: this build has it not.  See
   plus_native.h for what conditions, events and semaphores need. */
struct plus_types {
    PyTypeObject *lock, *rlock;
    PyTypeObject *family, *field, *lock_method;
    PyObject *allocate_lock;                /* the module's function */
    PyObject *native_name;                  /* strings, interned */
    PyObject *global_names[PLUS_GLOBALS];
    PyObject *member_names[PLUS_KINDS];     /* tuples of strings, interned */
};

extern int _PyPlus_TraverseTypes(struct plus_types *, visitproc visit, void *arg);
extern void _PyPlus_ClearTypes(struct plus_types *);

/* --- _threadmodule.c.ed --- */

extern struct plus_types *_PyPlus_Types(PyObject *module);

#endif /* !PLUS_MODULE_H */
