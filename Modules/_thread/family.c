/* What belongs to one execution of threading.py, and whether classes, objects and global
   names are still as that made them; see plus_native.h. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_call.h"          // _PyObject_MakeTpCall()
#include "pycore_dict.h"          // DK_IS_UNICODE()
#include "pycore_pystate.h"       // _PyThreadState_GET()

#include "plus_native.h"

static const char * const global_names[GLOBAL_COUNT] = {
    [GLOBAL_ALLOCATE_LOCK] = "_allocate_lock",
    [GLOBAL_LOCK] = "Lock",
    [GLOBAL_RLOCK] = "RLock",
    [GLOBAL_CRLOCK] = "_CRLock",
    [GLOBAL_CONDITION] = "Condition",
    [GLOBAL_TIME] = "_time",
    [GLOBAL_DEQUE] = "_deque",
};

const struct plus_kind * const _PyPlus_Kinds[PLUS_KINDS] = {
    &_PyPlus_ConditionKind, &_PyPlus_EventKind, &_PyPlus_SemaphoreKind,
};

/* --- types --- */

/* Is what is found in the class and the object what Python finds?  A class may have
   __getattr__, for what is not found. */
int
_PyPlus_FindsAttributes(PyTypeObject *type)
{
    return type->tp_getattro == PyObject_GenericGetAttr
        || _PyType_Lookup(type, &_Py_ID(__getattribute__))
           == _PyType_Lookup(&PyBaseObject_Type, &_Py_ID(__getattribute__));
}

static int
is_ours(PyObject *value, const struct plus_member *member)
{
    if (value == NULL) {
        return 0;
    }
    if (member->function == NULL) {
        return _PyPlus_IsAttribute(value);
    }
    if (!PyFunction_Check(value)) {
        return 0;
    }
    vectorcallfunc function = ((PyFunctionObject *)value)->vectorcall;
    return function == member->function
        || (member->or_function != NULL && function == member->or_function);
}

static int
look_at_members(struct plus_family *family, PyTypeObject *type,
                const struct plus_kind *kind)
{
    PyObject *names = _PyPlus_Types(family->module)->member_names[kind->index];
    int flags = PLUS_OWN | PLUS_ALL;
    for (int i = 0; kind->members[i].name != NULL; i++) {
        const struct plus_member *member = &kind->members[i];
        if (!is_ours(_PyType_Lookup(type, PyTuple_GET_ITEM(names, i)), member)) {
            flags &= member->of_others ? PLUS_OWN : 0;
        }
    }
    return flags;
}

int
_PyPlus_LookAtType(struct plus_family *family, PyTypeObject *type,
                   const struct plus_kind *kind)
{
    int flags = 0;
    if (_PyPlus_FindsAttributes(type) && type->tp_setattro == PyObject_GenericSetAttr
        && _PyPlus_IsDictGetSet(_PyType_Lookup(type, &_Py_ID(__dict__))))
    {
        flags = look_at_members(family, type, kind);
    }
    unsigned version = type->tp_version_tag;    /* the look-ups have given it one */
    if (version != 0) {
        family->known[version % PLUS_KNOWN].version = version;
        family->known[version % PLUS_KNOWN].flags = (char)flags;
    }
    return flags;
}

/* --- global names --- */

/* The value in a dict whose keys are all str, so that no code runs; or NULL.  Borrowed. */
static inline PyObject *
value_in(PyObject *dict, PyObject *name)
{
    return DK_IS_UNICODE(((PyDictObject *)dict)->ma_keys)
         ? PyDict_GetItemWithError(dict, name) : NULL;
}

int
_PyPlus_IsAsMade(const struct plus_family *family, enum plus_global which)
{
    PyObject *name = _PyPlus_Types(family->module)->global_names[which];
    return value_in(family->globals, name) == family->made[which];
}

/* --- objects --- */

/* Has the object something in its __dict__ that its functions use through self?  Or, with
   all, that is the name of any member? */
static int
has_own_member(PyObject *self, struct plus_types *types, const struct plus_kind *kind,
               int all)
{
    PyDictObject *dict = _PyObject_GetManagedDict(self);
    if (dict == NULL || dict->ma_used == 0) {
        return 0;
    }
    if (!DK_IS_UNICODE(dict->ma_keys)) {
        return 1;               /* to look would run code */
    }
    PyObject *names = types->member_names[kind->index];
    for (int i = 0; kind->members[i].name != NULL; i++) {
        if ((all || !kind->members[i].of_others)
            && PyDict_Contains((PyObject *)dict, PyTuple_GET_ITEM(names, i)) != 0)
        {
            return 1;
        }
    }
    return 0;
}

int
_PyPlus_IsOverridden(struct plus_native *self, const struct plus_kind *kind)
{
    if (!has_own_member((PyObject *)self, _PyPlus_Types(self->family->module), kind, 0)) {
        return 0;
    }
    _PyPlus_TryToMakePlain(self, kind);
    return 1;
}

PyObject *
_PyPlus_PlainValue(PyObject *object, const struct plus_kind *kind, int member)
{
    PyTypeObject *type = Py_TYPE(object), *base = _PyPlus_BaseOf(type, kind);
    if (base == NULL || !_PyPlus_FindsAttributes(type)) {
        return NULL;
    }
    struct plus_types *types = _PyPlus_Types(((PyHeapTypeObject *)base)->ht_module);
    PyObject *name = PyTuple_GET_ITEM(types->member_names[kind->index], member);
    PyObject *dict = (PyObject *)_PyObject_GetManagedDict(object);
    if (dict == NULL || ((struct plus_native *)object)->family != NULL
        || !is_ours(_PyType_Lookup(type, name), &kind->members[member]))
    {
        return NULL;
    }
    return value_in(dict, name);
}

/* The family of the module of a function; borrowed. */
static struct plus_family *
family_of(PyObject *function, struct plus_types *types)
{
    PyObject *globals = ((PyFunctionObject *)function)->func_globals;
    PyObject *family = value_in(globals, types->native_name);
    if (family == NULL || !Py_IS_TYPE(family, types->family)
        || ((struct plus_family *)family)->globals != globals)
    {
        return NULL;
    }
    return (struct plus_family *)family;
}

struct plus_family *
_PyPlus_FamilyFor(PyObject *self, PyObject *function, const struct plus_kind *kind)
{
    PyTypeObject *base = _PyPlus_BaseOf(Py_TYPE(self), kind);
    if (base == NULL || ((struct plus_native *)self)->family != NULL) {
        return NULL;
    }
    struct plus_types *types = _PyPlus_Types(((PyHeapTypeObject *)base)->ht_module);
    struct plus_family *family = family_of(function, types);
    /* A plain object that has been initialized has members of its own.  Who else has its
       __dict__ would miss them in it. */
    PyObject *dict = (PyObject *)_PyObject_GetManagedDict(self);
    if (family == NULL || !_PyPlus_TypeIs(family, Py_TYPE(self), kind, PLUS_OWN)
        || has_own_member(self, types, kind, /*all=*/1)
        || (dict != NULL && Py_REFCNT(dict) > 1))
    {
        return NULL;
    }
    return family;
}

/* --- calls --- */

int
_PyPlus_Arguments(PyObject *const *args, size_t nargsf, PyObject *kwnames,
                  const char *const *names, int n, PyObject **values)
{
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    if (nargs < 1 || nargs > n + 1) {
        return 0;
    }
    for (Py_ssize_t i = 1; i < nargs; i++) {
        values[i - 1] = args[i];
    }
    Py_ssize_t keywords = kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames);
    for (Py_ssize_t k = 0; k < keywords; k++) {
        Py_ssize_t i = nargs - 1;
        PyObject *name = PyTuple_GET_ITEM(kwnames, k);
        while (i < n && !_PyUnicode_EqualToASCIIString(name, names[i])) {
            i++;
        }
        if (i == n) {
            return 0;
        }
        values[i] = args[nargs + k];
    }
    return 1;
}

/* --- the family --- */

static int
family_traverse(struct plus_family *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    Py_VISIT(self->module);
    Py_VISIT(self->globals);
    Py_VISIT(self->wait);
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        Py_VISIT(self->made[i]);
    }
    return 0;
}

/* Not cleared: native objects rely on what it has, as on their class.  A cycle through
   it is broken by the dict of the module. */
static void
family_dealloc(struct plus_family *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(self->module);
    Py_XDECREF(self->globals);
    Py_XDECREF(self->wait);
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        Py_XDECREF(self->made[i]);
    }
    type->tp_free(self);
    Py_DECREF(type);
}

/* family[object, timeout, function]: sleep in a native object.  A debugger may have changed
   the variables that it is called with. */
static PyObject *
family_sleep(PyObject *Py_UNUSED(self), PyObject *key)
{
    static const struct {
        int (*fits)(PyObject *function);
        PyObject *(*sleep)(PyObject *, PyObject *, PyObject *);
    } waits[] = {
        {_PyPlus_IsConditionWait, _PyPlus_ConditionSleep},
        {_PyPlus_IsEventWait, _PyPlus_EventSleep},
        {_PyPlus_IsSemaphoreAcquire, _PyPlus_SemaphoreSleep},
    };
    PyObject *function = NULL;
    if (PyTuple_CheckExact(key) && PyTuple_GET_SIZE(key) == 3) {
        function = PyTuple_GET_ITEM(key, 2);
    }
    for (size_t i = 0; function != NULL && i < Py_ARRAY_LENGTH(waits); i++) {
        if (waits[i].fits(function)) {
            return waits[i].sleep(PyTuple_GET_ITEM(key, 0), PyTuple_GET_ITEM(key, 1),
                                  function);
        }
    }
    PyErr_SetString(PyExc_TypeError,
                    "expected [object, timeout, function that waits] of threading");
    return NULL;
}

static PyType_Slot family_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("The native classes of one execution of threading.py.")},
    {Py_mp_subscript, family_sleep},
    {Py_tp_dealloc, family_dealloc},
    {Py_tp_traverse, family_traverse},
    {0, NULL}
};

static PyType_Spec family_spec = {
    .name = "_thread._family",
    .basicsize = sizeof(struct plus_family),
    .flags = Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE
           | Py_TPFLAGS_DISALLOW_INSTANTIATION,
    .slots = family_slots,
};

/* Call one of the classes: as type.__call__() does if nothing of the class was changed,
   but without a tuple and a dict for the arguments. */
static PyObject *
construct(PyObject *callable, PyObject *const *args, size_t nargsf, PyObject *kwnames)
{
    enum { MOST = 3 };
    PyTypeObject *type = (PyTypeObject *)callable;
    Py_ssize_t nargs = PyVectorcall_NARGS(nargsf);
    Py_ssize_t n = nargs + (kwnames == NULL ? 0 : PyTuple_GET_SIZE(kwnames));
    PyObject *init = _PyType_Lookup(type, &_Py_ID(__init__));
    if (n > MOST || type->tp_new != PyBaseObject_Type.tp_new || init == NULL
        || !PyFunction_Check(init) || PyType_HasFeature(type, Py_TPFLAGS_IS_ABSTRACT))
    {
        return _PyObject_MakeTpCall(_PyThreadState_GET(), callable, args, nargs, kwnames);
    }
    PyObject *object = type->tp_alloc(type, 0);
    if (object == NULL) {
        return NULL;
    }
    PyObject *all[MOST + 1] = {object};
    for (Py_ssize_t i = 0; i < n; i++) {
        all[i + 1] = args[i];
    }
    Py_INCREF(init);
    PyObject *result = PyObject_Vectorcall(init, all, nargs + 1, kwnames);
    Py_DECREF(init);
    if (result != NULL && result != Py_None) {
        PyErr_Format(PyExc_TypeError, "__init__() should return None, not '%.200s'",
                     Py_TYPE(result)->tp_name);
        Py_CLEAR(result);
    }
    if (result == NULL) {
        Py_CLEAR(object);
    }
    Py_XDECREF(result);
    return object;
}

/* Let C do the functions of the classes of these globals, and calls of the classes. */
static int
adopt_functions(PyObject *globals, const struct plus_function *f)
{
    for (; f->name != NULL; f++) {
        PyObject *type = PyDict_GetItemString(globals, f->class_name);
        PyObject *name = PyUnicode_InternFromString(f->name);
        if (name == NULL) {
            return -1;
        }
        PyObject *function = type != NULL && PyType_Check(type)
                           ? _PyType_Lookup((PyTypeObject *)type, name) : NULL;
        Py_DECREF(name);
        if (function == NULL || !PyFunction_Check(function)) {
            PyErr_Format(PyExc_SystemError, "threading has no function %s.%s", f->class_name,
                         f->name);
            return -1;
        }
        PyFunction_SetVectorcall((PyFunctionObject *)function, f->call);
        ((PyTypeObject *)type)->tp_vectorcall = construct;
    }
    return 0;
}

/* To BoundedSemaphore alone: Semaphore has no such attribute. */
static int
add_initial_value(PyObject *globals, const struct plus_types *types)
{
    PyObject *type = PyDict_GetItemString(globals, "BoundedSemaphore");
    return _PyPlus_AddField((PyTypeObject *)type, types, &_PyPlus_InitialValue);
}

/* Are the locks of these globals ours?  A library may have put its own into _thread
   before threading was executed. */
static int
has_our_locks(const struct plus_types *types, PyObject *const *made)
{
    return types->lock != NULL && types->rlock != NULL
        && made[GLOBAL_ALLOCATE_LOCK] == types->allocate_lock
        && made[GLOBAL_LOCK] == (PyObject *)types->lock
        && made[GLOBAL_CRLOCK] == (PyObject *)types->rlock;
}

static struct plus_family *
new_family(PyObject *module, PyObject *globals, PyObject *wait)
{
    struct plus_types *types = _PyPlus_Types(module);
    struct plus_family *self;
    self = (struct plus_family *)types->family->tp_alloc(types->family, 0);
    if (self == NULL) {
        return NULL;
    }
    self->module = Py_NewRef(module);
    self->globals = Py_NewRef(globals);
    self->wait = Py_NewRef(wait);
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        PyObject *value = PyDict_GetItemWithError(globals, types->global_names[i]);
        if (value == NULL) {
            if (!PyErr_Occurred()) {
                PyErr_SetObject(PyExc_KeyError, types->global_names[i]);
            }
            Py_DECREF(self);
            return NULL;
        }
        self->made[i] = Py_NewRef(value);
    }
    return self;
}

static PyObject *
use_native(PyObject *module, PyObject *args)
{
    struct plus_types *types = _PyPlus_Types(module);
    PyObject *globals, *wait;
    if (!PyArg_ParseTuple(args, "O!O!:_use_native", &PyDict_Type, &globals,
                          &PyFunction_Type, &wait))
    {
        return NULL;
    }
    struct plus_family *family = new_family(module, globals, wait);
    PyObject *defaults = family == NULL ? NULL : PyTuple_Pack(1, family);
    if (defaults == NULL || PyFunction_SetDefaults(wait, defaults) < 0) {
        Py_XDECREF(defaults);
        Py_XDECREF(family);
        return NULL;
    }
    Py_DECREF(defaults);
    int failed = adopt_functions(globals, _PyPlus_ConditionFunctions) < 0
              || adopt_functions(globals, _PyPlus_EventFunctions) < 0
              || adopt_functions(globals, _PyPlus_SemaphoreFunctions) < 0
              || add_initial_value(globals, types) < 0
              || (has_our_locks(types, family->made)
                  && PyDict_SetItem(globals, types->native_name, (PyObject *)family) < 0);
    Py_DECREF(family);
    if (failed) {
        return NULL;
    }
    Py_RETURN_NONE;
}

PyDoc_STRVAR(use_native_doc,
"_use_native($module, globals, wait, /)\n--\n\n\
Do the classes Condition, Event and Semaphore in globals in C.\n\
\n\
wait(self, timeout, function, native) returns native[self, timeout, function]; its last\n\
argument gets a default.  For threading only.");

static PyMethodDef functions[] = {
    {"_use_native", use_native, METH_VARARGS, use_native_doc},
    {NULL}
};

/* The names of the kind, interned, as the types have them. */
static int
intern_names(struct plus_types *types, const struct plus_kind *kind)
{
    int n = 0;
    while (kind->members[n].name != NULL) {
        n++;
    }
    PyObject *names = PyTuple_New(n);
    types->member_names[kind->index] = names;
    if (names == NULL) {
        return -1;
    }
    for (int i = 0; i < n; i++) {
        PyObject *name = PyUnicode_InternFromString(kind->members[i].name);
        if (name == NULL) {
            return -1;
        }
        PyTuple_SET_ITEM(names, i, name);
    }
    return 0;
}

int
_PyPlus_AddFamily(PyObject *module, PyObject *Py_UNUSED(name))
{
    struct plus_types *types = _PyPlus_Types(module);
    types->native_name = PyUnicode_InternFromString("_native");
    types->family = (PyTypeObject *)PyType_FromModuleAndSpec(module, &family_spec, NULL);
    if (types->native_name == NULL || types->family == NULL) {
        return -1;
    }
    for (int i = 0; i < GLOBAL_COUNT; i++) {
        types->global_names[i] = PyUnicode_InternFromString(global_names[i]);
        if (types->global_names[i] == NULL) {
            return -1;
        }
    }
    for (int i = 0; i < PLUS_KINDS; i++) {
        if (intern_names(types, _PyPlus_Kinds[i]) < 0) {
            return -1;
        }
    }
    if (PyDict_GetItemStringRef(PyModule_GetDict(module), "allocate_lock",
                                &types->allocate_lock) < 0)
    {
        return -1;
    }
    return PyModule_AddFunctions(module, functions);
}
