# Copyright PythonPlus contributors.
"""What a Python program can see of threads, compared between two interpreters."""
