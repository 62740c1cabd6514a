#ifndef PLUS_MODULE_H
#define PLUS_MODULE_H

/* The parts that PythonPlus adds to the module _thread, one file each.  They
   return -1 with an exception set, or 0; name is the module's. */

extern int _PyPlus_AddGilInfo(PyObject *module, PyObject *name);    /* gil_info.c */
extern int _PyPlus_AddGilStats(PyObject *module, PyObject *name);   /* gil_stats.c */

#endif /* !PLUS_MODULE_H */
