# Copyright PythonPlus contributors.
"""The client of a web server: asks and checks every answer, then becomes ab.

It asks once, prints "ready", and waits for a line.  Then it asks for a
number of different pages, some at a time, each through a connection of its own,
and compares; what it prints precedes ab's output.

usage: webclient.py PORT REQUESTS CONCURRENCY SECONDS AB
"""
import os
import re
import sys
import threading

ANSWER_LIMIT_S = 30         # for one request
AB_PAGE = 7                 # ab asks for this one over and over


def command(work, port):
    """Return the command that runs this for a workload."""
    params = work.params
    return work.client_command + [
        os.path.abspath(__file__), str(port), str(params["requests"]),
        str(params["concurrency"]), repr(work.seconds), params["ab"]]


def parse(output):
    """Return the report: ab's, with how many checked answers were right."""
    from plusbench import ab
    found = re.match(r"right (\d+) of (\d+)(.*)\n", output)
    if not found:
        raise ValueError("the client checked nothing: " + output.strip()[-500:])
    report = ab.parse(output[found.end():])
    right, asked = int(found.group(1)), int(found.group(2))
    failed = int(report["values"]["failed"])
    report["ops"] += asked
    report["values"].update(right=right + report["ops"] - asked - failed, asked=report["ops"])
    report["wrong"] = [found.group(3).strip()] if right < asked else []
    return report


class Checker:
    """Threads that ask for pages and count those that are right."""

    def __init__(self, port, requests):
        self._port = port
        self._numbers = iter(range(1, requests + 1))
        self._lock = threading.Lock()
        self.right = 0
        self.wrong = []             # what was wrong, one text each

    def ask(self, number):
        """Return what is wrong with the answer, or None."""
        import http.client
        from plusbench.workloads.apps import page
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=ANSWER_LIMIT_S)
        try:
            connection.request("GET", page.path(number))
            answer = connection.getresponse()
            body = answer.read()
        except (OSError, http.client.HTTPException) as error:
            return "%s: %s" % (type(error).__name__, error)
        finally:
            connection.close()
        if answer.status != 200:
            return "status %d" % answer.status
        return None if body == page.body(number) else "another page than the one asked for"

    def _work(self):
        while True:
            with self._lock:
                number = next(self._numbers, None)
            if number is None:
                return
            problem = self.ask(number)
            with self._lock:
                if problem:
                    self.wrong.append(problem)
                else:
                    self.right += 1

    def run(self, threads):
        pool = [threading.Thread(target=self._work) for _ in range(threads)]
        for thread in pool:
            thread.start()
        for thread in pool:
            thread.join()


def main():
    port, requests, concurrency, seconds = map(float, sys.argv[1:5])
    sys.path[0] = os.path.abspath(os.path.join(
        os.path.dirname(__file__), os.pardir, os.pardir))
    from plusbench import ab
    from plusbench.workloads.apps import page
    checker = Checker(int(port), int(requests))
    checker.ask(AB_PAGE)                # the first answer may need imports
    print("ready", flush=True)
    if not sys.stdin.readline():
        sys.exit("the process under test has gone")
    checker.run(int(concurrency))
    print("right %d of %d %s" % (checker.right, requests, "; ".join(set(checker.wrong))[:200]),
          flush=True)
    url = "http://127.0.0.1:%d%s" % (port, page.path(AB_PAGE))
    words = ab.words(sys.argv[5], int(concurrency), seconds, url)
    os.dup2(1, 2)
    os.execvp(words[0], words)


if __name__ == "__main__":
    main()
