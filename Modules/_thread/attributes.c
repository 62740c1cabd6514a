/* Attributes of conditions, events and semaphores that CPython's classes keep in __dict__;
   see plus_native.h. */

#ifndef Py_BUILD_CORE_BUILTIN
#  define Py_BUILD_CORE_MODULE 1
#endif

#include "Python.h"
#include "pycore_object.h"        // _PyObject_SetAttributeErrorContext()

#include "plus_native.h"

/* As for an attribute that is in no class. */
static PyObject *
no_attribute(PyObject *self, PyObject *name)
{
    PyErr_Format(PyExc_AttributeError, "'%.100s' object has no attribute '%U'",
                 Py_TYPE(self)->tp_name, name);
    _PyObject_SetAttributeErrorContext(self, name);
    return NULL;
}

/* Has self a C struct of this kind?  The attribute may be called for anything. */
static int
check_kind(PyObject *self, PyObject *name, const struct plus_kind *kind)
{
    if (_PyPlus_BaseOf(Py_TYPE(self), kind) == NULL) {
        PyErr_Format(PyExc_TypeError, "attribute '%U' is not for '%.100s' objects", name,
                     Py_TYPE(self)->tp_name);
        return -1;
    }
    return 0;
}

/* What a plain object has in its __dict__. */
static PyObject *
plain_value(PyObject *object, PyObject *name)
{
    PyObject *dict = (PyObject *)_PyObject_GetManagedDict(object), *value = NULL;
    if (dict != NULL && PyDict_GetItemRef(dict, name, &value) < 0) {
        return NULL;
    }
    return value != NULL ? value : no_attribute(object, name);
}

/* --- a field --- */

struct field {
    PyObject_HEAD
    PyObject *name;
    const struct plus_field *spec;
};

static PyObject *
field_get(struct field *field, PyObject *object, PyObject *Py_UNUSED(type))
{
    if (object == NULL) {
        return Py_NewRef(field);    /* programs read all that dir() of a class tells */
    }
    if (check_kind(object, field->name, field->spec->kind) < 0) {
        return NULL;
    }
    struct plus_native *self = (struct plus_native *)object;
    if (self->family != NULL && field->spec->get != NULL) {
        PyObject *value = field->spec->get(self);
        return value != NULL || PyErr_Occurred()
             ? value : no_attribute(object, field->name);
    }
    if (_PyPlus_MakePlain(self, field->spec->kind) < 0) {
        return NULL;
    }
    return plain_value(object, field->name);
}

static int
field_set(struct field *field, PyObject *object, PyObject *value)
{
    if (check_kind(object, field->name, field->spec->kind) < 0
        || _PyPlus_MakePlain((struct plus_native *)object, field->spec->kind) < 0)
    {
        return -1;
    }
    PyObject *dict = PyObject_GenericGetDict(object, NULL);
    if (dict == NULL) {
        return -1;
    }
    int found = 1;
    int result = value != NULL ? PyDict_SetItem(dict, field->name, value)
               : (found = PyDict_Pop(dict, field->name, NULL)) < 0 ? -1 : 0;
    if (found == 0) {
        (void)no_attribute(object, field->name);
        result = -1;
    }
    Py_DECREF(dict);
    return result;
}

/* --- a method of the lock --- */

struct lock_method {
    PyObject_HEAD
    PyObject *name;
    const struct plus_lock_method *spec;
    vectorcallfunc call;
};

/* What a plain condition has in its __dict__. */
static PyObject *
lock_method_get(struct lock_method *method, PyObject *object, PyObject *Py_UNUSED(type))
{
    if (object == NULL) {
        return Py_NewRef(method);
    }
    if (check_kind(object, method->name, &_PyPlus_ConditionKind) < 0) {
        return NULL;
    }
    struct plus_native *self = _PyPlus_Native(object, &_PyPlus_ConditionKind);
    if (self != NULL) {
        return PyObject_GetAttr(_PyPlus_LockOf(self), method->name);
    }
    if (_PyPlus_MakePlain((struct plus_native *)object, &_PyPlus_ConditionKind) < 0) {
        return NULL;
    }
    return plain_value(object, method->name);
}

/* A call that did without lock_method_get(). */
static PyObject *
lock_method_call(struct lock_method *method, PyObject *const *args, size_t nargsf,
                 PyObject *kwnames)
{
    if (PyVectorcall_NARGS(nargsf) < 1) {
        PyErr_Format(PyExc_TypeError, "%U() needs a condition", method->name);
        return NULL;
    }
    if (_PyPlus_Native(args[0], &_PyPlus_ConditionKind) != NULL) {
        return method->spec->call(args[0], args + 1, PyVectorcall_NARGS(nargsf) - 1, kwnames);
    }
    PyObject *function = lock_method_get(method, args[0], NULL);
    PyObject *result = function == NULL ? NULL
                     : PyObject_Vectorcall(function, args + 1,
                                           PyVectorcall_NARGS(nargsf) - 1, kwnames);
    Py_XDECREF(function);
    return result;
}

/* --- their types --- */

static int
attribute_traverse(PyObject *self, visitproc visit, void *arg)
{
    Py_VISIT(Py_TYPE(self));
    return 0;
}

/* Both structs begin with the name. */
static void
attribute_dealloc(PyObject *self)
{
    PyTypeObject *type = Py_TYPE(self);
    PyObject_GC_UnTrack(self);
    Py_XDECREF(((struct field *)self)->name);
    type->tp_free(self);
    Py_DECREF(type);
}

static PyType_Slot field_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("An attribute that CPython keeps in __dict__.")},
    {Py_tp_descr_get, field_get},
    {Py_tp_descr_set, field_set},
    {Py_tp_traverse, attribute_traverse},
    {Py_tp_dealloc, attribute_dealloc},
    {0, NULL}
};

static PyMemberDef lock_method_members[] = {
    {"__name__", Py_T_OBJECT_EX, offsetof(struct lock_method, name), Py_READONLY},
    {"__vectorcalloffset__", Py_T_PYSSIZET, offsetof(struct lock_method, call), Py_READONLY},
    {NULL}
};

static PyType_Slot lock_method_slots[] = {
    {Py_tp_doc, (void *)PyDoc_STR("A method that a condition has from its lock.")},
    {Py_tp_descr_get, lock_method_get},
    {Py_tp_call, PyVectorcall_Call},
    {Py_tp_members, lock_method_members},
    {Py_tp_traverse, attribute_traverse},
    {Py_tp_dealloc, attribute_dealloc},
    {0, NULL}
};

#define FLAGS (Py_TPFLAGS_DEFAULT | Py_TPFLAGS_HAVE_GC | Py_TPFLAGS_IMMUTABLETYPE \
               | Py_TPFLAGS_DISALLOW_INSTANTIATION)

static PyType_Spec field_spec = {
    .name = "_thread._field",
    .basicsize = sizeof(struct field),
    .flags = FLAGS,
    .slots = field_slots,
};

/* Calls go past lock_method_get(): no bound method is made. */
static PyType_Spec lock_method_spec = {
    .name = "_thread._lock_method",
    .basicsize = sizeof(struct lock_method),
    .flags = FLAGS | Py_TPFLAGS_HAVE_VECTORCALL | Py_TPFLAGS_METHOD_DESCRIPTOR,
    .slots = lock_method_slots,
};

int
_PyPlus_IsAttribute(PyObject *value)
{
    descrgetfunc get = Py_TYPE(value)->tp_descr_get;
    return get == (descrgetfunc)field_get || get == (descrgetfunc)lock_method_get;
}

/* Steals value; NULL after an error. */
static int
add_to_class(PyTypeObject *base, const char *name, PyObject *value)
{
    int result = value == NULL ? -1 : PyObject_SetAttrString((PyObject *)base, name, value);
    Py_XDECREF(value);
    return result;
}

static PyObject *
new_field(PyTypeObject *type, const struct plus_field *spec)
{
    struct field *field = (struct field *)type->tp_alloc(type, 0);
    if (field != NULL) {
        field->spec = spec;
        field->name = PyUnicode_InternFromString(spec->name);
        if (field->name == NULL) {
            Py_CLEAR(field);
        }
    }
    return (PyObject *)field;
}

static PyObject *
new_lock_method(PyTypeObject *type, const struct plus_lock_method *spec)
{
    struct lock_method *method = (struct lock_method *)type->tp_alloc(type, 0);
    if (method != NULL) {
        method->spec = spec;
        method->call = (vectorcallfunc)lock_method_call;
        method->name = PyUnicode_InternFromString(spec->name);
        if (method->name == NULL) {
            Py_CLEAR(method);
        }
    }
    return (PyObject *)method;
}

int
_PyPlus_AddField(PyTypeObject *type, const struct plus_types *types,
                 const struct plus_field *spec)
{
    return add_to_class(type, spec->name, new_field(types->field, spec));
}

int
_PyPlus_AddBase(PyObject *module, PyType_Spec *spec, const struct plus_field *f,
                const struct plus_lock_method *m)
{
    struct plus_types *types = _PyPlus_Types(module);
    PyTypeObject *base = (PyTypeObject *)PyType_FromModuleAndSpec(module, spec, NULL);
    int failed = base == NULL;
    for (; !failed && f->name != NULL; f++) {
        failed = _PyPlus_AddField(base, types, f) < 0;
    }
    for (; !failed && m != NULL && m->name != NULL; m++) {
        failed = add_to_class(base, m->name, new_lock_method(types->lock_method, m)) < 0;
    }
    failed = failed || PyModule_AddType(module, base) < 0;
    Py_XDECREF(base);
    return failed ? -1 : 0;
}

int
_PyPlus_AddAttributeTypes(PyObject *module, PyObject *Py_UNUSED(name))
{
    struct plus_types *types = _PyPlus_Types(module);
    types->field = (PyTypeObject *)PyType_FromModuleAndSpec(module, &field_spec, NULL);
    types->lock_method = (PyTypeObject *)PyType_FromModuleAndSpec(module, &lock_method_spec,
                                                                  NULL);
    return types->field == NULL || types->lock_method == NULL ? -1 : 0;
}
