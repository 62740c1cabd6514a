# Copyright PythonPlus contributors.
"""The process under load: workers of all kinds until standard input ends.

usage: load.py REQUEST

REQUEST is a JSON object: seed, kinds, end_limit (seconds for the workers to leave
their units in the end), and pipe, the descriptor for the heartbeats: a line "KIND
UNITS" for the units of work that were done since the last one.  A unit checks its own
result.  What is wrong ends the process with status 1 and the traceback.
"""
import faulthandler
import json
import os
import random
import signal
import sys
import threading
import time
import traceback
import warnings

BEAT_S = 0.02               # at most so often per worker


class Load:
    """What the workers share."""

    def __init__(self, request):
        self.seed = request["seed"]
        self.pipe = request["pipe"]
        self.end_limit = request["end_limit"]
        self.going = True
        self.errors = []

    def work(self, kind, number, worker):
        """Run units of worker, a generator, and tell of them, until the end."""
        rng = random.Random("%s %s %d" % (self.seed, kind, number))
        units, told = 0, 0.0
        try:
            for _ in worker(rng):
                units += 1
                now = time.monotonic()
                if now - told >= BEAT_S:
                    os.write(self.pipe, b"%s %d\n" % (kind.encode(), units))
                    units, told = 0, now
                if not self.going:
                    return
        except BrokenPipeError:
            self.going = False      # the parent is gone
        except BaseException:
            self.errors.append("%s:\n%s" % (kind, traceback.format_exc()))
            self.going = False

    def wait_for_the_end(self):
        sys.stdin.read()
        self.going = False


def main(argument):
    request = json.loads(argument)
    faulthandler.register(signal.SIGUSR1, all_threads=True)     # the parent wants stacks
    # Forks beside threads, and subinterpreters, are meant here.
    warnings.simplefilter("ignore", DeprecationWarning)
    from soaking import kinds
    load = Load(request)
    chosen = kinds.choose(request["kinds"])
    threads = [threading.Thread(target=load.work, args=(kind, number, worker), name=kind)
               for kind, (worker, copies) in chosen.items() if kind != kinds.MAIN
               for number in range(copies)]
    # The kernel may choose any thread for a signal; only the main thread's waits are
    # ended by its handler.
    signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGALRM])
    threading.Thread(target=load.wait_for_the_end, daemon=True).start()
    for thread in threads:
        thread.start()
    if kinds.MAIN in chosen:
        load.work(kinds.MAIN, 0, chosen[kinds.MAIN][0])
    end(load, threads)


def end(load, threads):
    for thread in threads:
        while load.going and thread.is_alive():
            thread.join(0.2)
    deadline = time.monotonic() + load.end_limit
    for thread in threads:
        thread.join(max(0, deadline - time.monotonic()))
        if thread.is_alive():
            load.errors.append("%s: does not leave its unit" % thread.name)
    if load.errors:
        sys.stderr.write("\n".join(load.errors))
        sys.stderr.flush()
        os._exit(1)                 # threads may be left that would not let it end


if __name__ == "__main__":
    sys.path[0] = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    main(sys.argv[1])
