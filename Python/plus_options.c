/* What the user chooses when the interpreter starts.

   Which policy schedules the GIL: -X plus_gil, PYTHONPLUS_GIL, or the default that
   configure --with-gil chose.  When an atomic block is so long that a warning tells of
   it: -X plus_atomic_warn, PYTHONPLUS_ATOMIC_WARN, or the default of -X dev. */

#include "Python.h"
#include "pycore_initconfig.h"    // _PyStatus_ERR()
#include "pycore_interp.h"        // pycore_plus_gil.h
#include "pycore_plus_chaos.h"    // _PyGIL_ConfigureChaos()
#include "pycore_plus_config.h"   // PLUS_GIL_DEFAULT

static const char *const policy_names[] = {
    [PLUS_GIL_IO] = "io",
    [PLUS_GIL_STOCK] = "stock",
};

/* As asyncio's slow_callback_duration, which is a limit of the same kind. */
#define DEV_MODE_WARN_MS 100
#define MAX_WARN_MS 3600000
#define WARN_VALUES "a number of milliseconds, 0 (never) to 3600000"
#define POLICIES "\"io\" or \"stock\""

/* Bytes of a refused value that a message shows, with their NUL. */
#define SHOWN_SIZE 64

/* The same for all interpreters of a process.  Written while the configuration is
   read, before there is any thread or GIL. */
static enum _PyGIL_policy chosen_policy;
static int64_t chosen_warn_ns = INT64_MAX;

/* Appends a character of a refused value to shown, an array of SHOWN_SIZE; what is no
   printable ASCII as its code.  0 and an ellipsis instead where there is no room. */
static int
show_character(char *shown, unsigned long c)
{
    char one[16] = {(char)c};
    if (c < ' ' || c > '~') {
        PyOS_snprintf(one, sizeof(one), c <= 0xff ? "\\x%02lx" : "\\U%08lx", c);
    }
    if (strlen(shown) + strlen(one) + sizeof("...") > SHOWN_SIZE) {
        strcat(shown, "...");
        return 0;
    }
    strcat(shown, one);
    return 1;
}

/* The message lives on, as that of a PyStatus has to, until the next one: there is no
   second thread yet. */
static PyStatus
refuse_value(const char *name, const char *wanted, const char *shown)
{
    static char message[SHOWN_SIZE + 128];
    PyOS_snprintf(message, sizeof(message), "%s must be %s, not \"%s\"", name, wanted, shown);
    return _PyStatus_ERR(message);
}

PyStatus
_PyGIL_RefuseVariable(const char *name, const char *wanted, const char *value)
{
    char shown[SHOWN_SIZE] = "";
    while (*value != '\0' && show_character(shown, (unsigned char)*value)) {
        value++;
    }
    return refuse_value(name, wanted, shown);
}

/* option: the text after -X, such as L"plus_gil=x". */
static PyStatus
refuse_option(const char *name, const char *wanted, const wchar_t *option)
{
    char shown[SHOWN_SIZE] = "";
    const wchar_t *value = wcschr(option, L'=');
    for (value = value != NULL ? value + 1 : L""; *value != 0; value++) {
        if (!show_character(shown, (unsigned long)*value)) {
            break;
        }
    }
    return refuse_value(name, wanted, shown);
}

static int
parse_policy(const char *name, enum _PyGIL_policy *policy)
{
    for (size_t i = 0; i < Py_ARRAY_LENGTH(policy_names); i++) {
        if (strcmp(name, policy_names[i]) == 0) {
            *policy = (enum _PyGIL_policy)i;
            return 1;
        }
    }
    return 0;
}

/* The option's text after "plus_gil=", as ASCII; "" if it is not that. */
static void
xoption_value(const wchar_t *option, char *buffer, size_t size)
{
    const wchar_t *value = wcschr(option, L'=');
    size_t i = 0;
    for (value = value != NULL ? value + 1 : L""; value[i] != 0; i++) {
        if (i + 1 >= size || value[i] > 127) {
            i = 0;
            break;
        }
        buffer[i] = (char)value[i];
    }
    buffer[i] = '\0';
}

static PyStatus
configure_policy(const PyConfig *config)
{
    if (!parse_policy(PLUS_GIL_DEFAULT, &chosen_policy)) {
        return _PyStatus_ERR("PythonPlus was built with an unknown GIL policy");
    }
    const char *env = _Py_GetEnv(config->use_environment, "PYTHONPLUS_GIL");
    if (env != NULL && !parse_policy(env, &chosen_policy)) {
        return _PyGIL_RefuseVariable("PYTHONPLUS_GIL", POLICIES, env);
    }
    const wchar_t *option = _Py_get_xoption(&config->xoptions, L"plus_gil");
    if (option != NULL) {
        char value[16];
        xoption_value(option, value, sizeof(value));
        if (!parse_policy(value, &chosen_policy)) {
            return refuse_option("-X plus_gil", POLICIES, option);
        }
    }
    return _PyStatus_OK();
}

/* ms: milliseconds, 0 for never. */
static void
set_warn_limit(long ms)
{
    chosen_warn_ns = ms == 0 ? INT64_MAX : (int64_t)ms * 1000000;
}

/* Digits alone, unlike strtol(). */
static int
parse_warn_limit(const char *text)
{
    long ms = 0;
    for (const char *p = text; *p != '\0'; p++) {
        if (*p < '0' || *p > '9' || (ms = ms * 10 + (*p - '0')) > MAX_WARN_MS) {
            return 0;
        }
    }
    set_warn_limit(ms);
    return *text != '\0';
}

static PyStatus
configure_atomic(const PyConfig *config)
{
    set_warn_limit(config->dev_mode > 0 ? DEV_MODE_WARN_MS : 0);
    const char *env = _Py_GetEnv(config->use_environment, "PYTHONPLUS_ATOMIC_WARN");
    if (env != NULL && !parse_warn_limit(env)) {
        return _PyGIL_RefuseVariable("PYTHONPLUS_ATOMIC_WARN", WARN_VALUES, env);
    }
    const wchar_t *option = _Py_get_xoption(&config->xoptions, L"plus_atomic_warn");
    if (option != NULL) {
        char value[16];
        xoption_value(option, value, sizeof(value));
        if (!parse_warn_limit(value)) {
            return refuse_option("-X plus_atomic_warn", WARN_VALUES, option);
        }
    }
    return _PyStatus_OK();
}

PyStatus
_PyGIL_Configure(const PyConfig *config)
{
    PyStatus status = configure_policy(config);
    if (!_PyStatus_EXCEPTION(status)) {
        status = configure_atomic(config);
    }
    return _PyStatus_EXCEPTION(status) ? status : _PyGIL_ConfigureChaos();
}

int64_t
_PyAtomic_WarnLimit(void)
{
    return chosen_warn_ns;
}

enum _PyGIL_policy
_PyGIL_Policy(void)
{
    return chosen_policy;
}

const char *
_PyGIL_PolicyName(enum _PyGIL_policy policy)
{
    return policy_names[policy];
}
