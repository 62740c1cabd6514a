# Copyright PythonPlus contributors.
"""The fuzzer of locks, conditions, threads, atomic blocks, forks and signals.

Read in this order:
  operations  what threads may be told to do, and how bytes stand for it
  semantics   what must come of it: the model ...
  model/      ... by kind of object
  things      the objects of a trial, and how they are looked at
  deeds       the operations, done
  child       what the child of a fork looks at
  actors      threads that do it
  trial       one input: bytes are done, and compared with the model
  waits.c     the module plus_waits: which threads sleep in a wait queue, and in which
  target.c    libFuzzer's target
"""
