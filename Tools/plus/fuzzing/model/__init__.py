# Copyright PythonPlus contributors.
"""The parts of semantics.State, by kind of object.

Objects of ours have native waits as long as nobody has looked inside. An object of a
derived class, one with a foreign lock, and one inside which somebody has looked may do what
CPython's Python code does: State.in_python() tells. What that code does under its internal
lock is one step here, for nobody else can see the middle of it.

CPython leaves a waiter whose time is up in the list of waiters until it has got the lock
again; ours takes it out at once. In Python code both may happen.
"""
