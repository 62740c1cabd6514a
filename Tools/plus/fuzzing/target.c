/* Copyright PythonPlus contributors.

   libFuzzer's target: an interpreter in its main thread, to which each input is given.
   The model and what runs the input are Python (trial.py), which tells by abort() that
   they disagree.  FUZZ_HOME is the build folder's interpreter, FUZZ_TOOLS is Tools/plus. */

#include "Python.h"
#include <stdint.h>
#include <stdlib.h>

PyMODINIT_FUNC PyInit_plus_waits(void);

static PyObject *attempt;       /* fuzzing.trial.attempt_bytes(); owned */

static void
give_up(const char *what)
{
    PyErr_Print();
    fprintf(stderr, "fuzz target: %s\n", what);
    exit(2);
}

/* As that executable, without reading the environment, and without its signal handlers:
   Ctrl-C is libFuzzer's. */
static void
start_python(const char *executable)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    config.install_signal_handlers = 0;
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, executable);
    if (!PyStatus_Exception(status)) {
        status = PyConfig_SetBytesString(&config, &config.executable, executable);
    }
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    if (PyStatus_IsError(status) || PyStatus_IsExit(status)) Py_ExitStatusException(status);
}

int
LLVMFuzzerInitialize(int *Py_UNUSED(argc), char ***Py_UNUSED(argv))
{
    const char *executable = getenv("FUZZ_HOME"), *tools = getenv("FUZZ_TOOLS");
    if (executable == NULL || tools == NULL) {
        fprintf(stderr, "fuzz target: FUZZ_HOME and FUZZ_TOOLS are not set: use make fuzz\n");
        exit(2);
    }
    PyImport_AppendInittab("plus_waits", PyInit_plus_waits);
    start_python(executable);
    PyObject *path = PySys_GetObject("path");
    PyObject *folder = PyUnicode_DecodeFSDefault(tools);
    if (folder == NULL || PyList_Insert(path, 0, folder) < 0) {
        give_up("sys.path cannot be changed");
    }
    Py_DECREF(folder);
    PyObject *trial = PyImport_ImportModule("fuzzing.trial");
    attempt = trial == NULL ? NULL : PyObject_GetAttrString(trial, "attempt_bytes");
    Py_XDECREF(trial);
    if (attempt == NULL) {
        give_up("fuzzing.trial cannot be imported");
    }
    return 0;
}

/* The GIL is held in between. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    PyObject *result = PyObject_CallFunction(attempt, "y#", (const char *)data,
                                             (Py_ssize_t)size);
    if (result == NULL) {
        PyErr_Print();
        abort();
    }
    Py_DECREF(result);
    return 0;
}
