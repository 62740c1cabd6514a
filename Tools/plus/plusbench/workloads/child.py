# Copyright PythonPlus contributors.
"""The process of the interpreter under test: one measurement, or the probe.

usage: child.py probe
       child.py REQUEST

REQUEST is a JSON object: workload ("module:function", or "program:name" for a
program of speed.py), seconds, cpu_threads, client (a command: the interpreter
that runs the clients) and params, of which "path" names folders with more
modules.  The answer is one line of JSON on standard output: values, or why there
are none ("unsupported").
"""
import sys


def fail_if_too_old():
    # Before any import of ours, and in a file that Python 2 can parse.
    if sys.version_info < (3, 8):
        sys.exit("Python %d.%d is too old: the workloads need 3.8 or later"
                 % sys.version_info[:2])


def answer(argument):
    import importlib
    import json
    from plusbench.workloads import Unsupported, harness, probe, single
    if argument == "probe":
        return probe.describe()
    request = json.loads(argument)
    sys.path += request.get("params", {}).get("path", [])
    module, function = request["workload"].split(":")
    try:
        if module == "program":
            result = single.serve(function)
        else:
            module = importlib.import_module("plusbench.workloads." + module)
            result = harness.measure(harness.Work(request), getattr(module, function))
    except Unsupported as error:
        result = {"unsupported": str(error)}
    result["scheduler"] = probe.scheduler()
    return result


def main():
    fail_if_too_old()
    import json
    import os
    # The folder of this file gives way to Tools/plus, so that no workload
    # can hide a module of the standard library by its name.
    sys.path[0] = os.path.abspath(os.path.join(
        os.path.dirname(__file__), os.pardir, os.pardir))
    sys.stdout.write(json.dumps(answer(sys.argv[1])) + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
