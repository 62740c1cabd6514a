# Copyright PythonPlus contributors.
"""What parity.py stands on: CPython's test files, run and compared one by one.

Words, used here and in the output:

file         a test file of CPython by regrtest's name (test_queue,
             test.test_asyncio.test_tasks)
case         a test of a file by unittest's name, without "test." before it
outcome      what became of a case: passed, failed, skipped, ... or missing
record       what one run of a file came to: its state and its cases' outcomes

regrtest in the interpreter under test  ->  files  ->  outcomes  ->  store
two stores  ->  difference  ->  again (what differs is run alone)  ->  report
"""
