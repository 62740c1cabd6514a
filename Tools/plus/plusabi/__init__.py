# Copyright PythonPlus contributors.
"""What abi.py checks, a file per part."""
