#ifndef PLUS_FOREIGN_H
#define PLUS_FOREIGN_H

/* A lock that is not ours, as a condition uses it. */

/* Its methods. */
enum plus_foreign_method {
    FOREIGN_ACQUIRE,
    FOREIGN_RELEASE,
    FOREIGN_RELEASE_SAVE,       /* from here on they may be missing */
    FOREIGN_ACQUIRE_RESTORE,
    FOREIGN_IS_OWNED,
    FOREIGN_COUNT
};

extern const char * const _PyPlus_ForeignNames[FOREIGN_COUNT];

/* The methods of lock, taken when the condition is made, as the base does: an array,
   NULL for each that is missing.  NULL with an exception set if it cannot be used. */
extern PyObject **_PyPlus_ForeignMethods(PyObject *lock);

/* methods may be NULL. */
extern void _PyPlus_FreeForeign(PyObject **methods);

/* The method, or what the condition (or a class derived from it) has instead. */
extern PyObject *_PyPlus_ForeignMethod(PyObject *condition, PyObject **methods,
                                       enum plus_foreign_method which);

/* Call it.  arg may be NULL. */
extern PyObject *_PyPlus_CallForeign(PyObject *condition, PyObject **methods,
                                     enum plus_foreign_method which, PyObject *arg);

/* Has somebody a lock that does not tell?  So it is if it cannot be taken.  -1: error. */
extern int _PyPlus_ForeignIsTaken(PyObject **methods);

#endif /* !PLUS_FOREIGN_H */
