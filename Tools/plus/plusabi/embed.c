/* Copyright PythonPlus contributors.

   A program that holds a Python: initializes it twice in one process, and calls it
   from threads that Python knows nothing of, beside threads of its own.

   usage: embed PROGRAM, where PROGRAM is the interpreter whose library is found */

#include <Python.h>
#include <pthread.h>
#include <stdio.h>

enum { CYCLES = 2, THREADS = 4, CALLS = 200 };

static PyObject *callable;

static void *
call(void *errors)
{
    for (int i = 0; i < CALLS; i++) {
        PyGILState_STATE state = PyGILState_Ensure();
        PyObject *result = PyObject_CallNoArgs(callable);
        if (result == NULL) {
            PyErr_Print();
            ++*(int *)errors;
        }
        Py_XDECREF(result);
        PyGILState_Release(state);
    }
    return NULL;
}

static const char code[] =
    "import queue, threading\n"
    "items, lock, calls = queue.SimpleQueue(), threading.Lock(), 0\n"
    "def call():\n"
    "    global calls\n"
    "    with lock:\n"
    "        calls += 1\n"
    "    items.put(None)\n"
    "def drain(n):\n"
    "    for i in range(n):\n"
    "        items.get()\n"
    "thread = threading.Thread(target=drain, args=(%d,))\n"
    "thread.start()\n";

static int
start(const char *program)
{
    PyConfig config;
    PyConfig_InitPythonConfig(&config);
    PyStatus status = PyConfig_SetBytesString(&config, &config.program_name, program);
    if (!PyStatus_Exception(status)) {
        status = Py_InitializeFromConfig(&config);
    }
    PyConfig_Clear(&config);
    return PyStatus_Exception(status) ? -1 : 0;
}

/* One life of the interpreter; returns what went wrong, or NULL. */
static const char *
cycle(const char *program)
{
    char text[sizeof(code) + 20];
    pthread_t threads[THREADS];
    int errors[THREADS] = {0}, sum = 0;
    if (start(program)) {
        return "no initialization";
    }
    snprintf(text, sizeof(text), code, THREADS * CALLS);
    PyObject *main = PyImport_AddModuleRef("__main__");
    if (PyRun_SimpleString(text)
        || !(callable = PyObject_GetAttrString(main, "call"))) {
        return "the code failed";
    }
    Py_BEGIN_ALLOW_THREADS
    for (int i = 0; i < THREADS; i++) {
        pthread_create(&threads[i], NULL, call, &errors[i]);
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        sum += errors[i];
    }
    Py_END_ALLOW_THREADS
    snprintf(text, sizeof(text), "thread.join(); assert calls == %d", THREADS * CALLS);
    if (sum || PyRun_SimpleString(text)) {
        return "calls from foreign threads failed";
    }
    Py_CLEAR(callable);
    Py_DECREF(main);
    return Py_FinalizeEx() ? "finalization failed" : NULL;
}

int
main(int argc, char **argv)
{
    for (int i = 0; i < CYCLES; i++) {
        const char *fault = argc == 2 ? cycle(argv[1]) : "give one argument";
        if (fault) {
            fprintf(stderr, "embed: %s\n", fault);
            return 1;
        }
    }
    puts("good");
    return 0;
}
