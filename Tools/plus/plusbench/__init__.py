# Copyright PythonPlus contributors.
"""What giltest.py, testserver.py, speed.py and compare.py share.

Words, used here and in the output:

case         what is measured: a workload beside a number of CPU threads
workload     the code that runs inside the interpreter under test
CPU thread   a thread that counts in pure Python and never blocks
window       the stretch of time that is measured
event        one transaction, request, wake-up or send inside the window
measurement  one window, in a fresh process of one interpreter
round        one measurement of every case on every interpreter
solo         what the same CPU threads do alone, in the same process, just
             before the window

interpreters  ->  runner  ->  workloads/child.py in the interpreter under test
                  runner  ->  report, mean, doubts, record, plot
saved runs    ->  record  ->  combine  ->  the same
                  plot    ->  drawing/draw.py in a Python that has matplotlib
"""
