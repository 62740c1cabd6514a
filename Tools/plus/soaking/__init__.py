# Copyright PythonPlus contributors.
"""The mixed load of soak.py, and what watches it from outside."""
