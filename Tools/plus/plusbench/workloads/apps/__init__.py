# Copyright PythonPlus contributors.
"""Applications of others as workloads, one small file each.

A server is a function that takes a port and serves on it until Ctrl-C; it gets
a process of its own (serving.py), as its users run it.  Tasks are a function
that does one task and returns whether the result is right (tasks.py).
"""
