"""threading.atomic as a decorator; the rest of it is in C."""
import functools
from threading import atomic

# Of a code object, as in inspect; to import that takes too long for a decorator.
_GENERATOR, _COROUTINE, _ITERABLE_COROUTINE, _ASYNC_GENERATOR = 0x20, 0x80, 0x100, 0x200
_SUSPENDS = _GENERATOR | _COROUTINE | _ITERABLE_COROUTINE | _ASYNC_GENERATOR


def _innermost(function):
    """Return the function under methods and functools.partial()."""
    while True:
        if isinstance(function, functools.partial):
            function = function.func
        elif hasattr(function, "__func__"):
            function = function.__func__
        else:
            return function


def decorate(function, /):
    """Return a function that calls the given one in an atomic block.

    TypeError for what only makes a generator or a coroutine when it is called: its
    body would run after the block.
    """
    if isinstance(function, type) or not callable(function):
        raise TypeError(f"atomic decorates functions, not {function!r}")
    code = getattr(_innermost(function), "__code__", None)
    if getattr(code, "co_flags", 0) & _SUSPENDS:
        raise TypeError(f"{function!r} is suspended in between, so its calls cannot be atomic; "
                        'use "with threading.atomic" in its body')

    @functools.wraps(function)
    def wrapper(*args, **kwargs):
        with atomic:
            return function(*args, **kwargs)

    return wrapper
