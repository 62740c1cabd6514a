# Copyright PythonPlus contributors.
"""the lines of a web server's log taken apart by regular expressions"""
import re

LINES = ['10.0.%d.%d - user%d [21/Nov/2026:10:%02d:07 +0000] "GET /path/%d?q=%d HTTP/1.1" %d %d'
         % (n % 256, n * 7 % 256, n % 9, n % 60, n, n * 3, 404 if n % 11 == 0 else 200, n * 37)
         for n in range(500)]
LINE = re.compile(r'(?P<host>[\d.]+) \S+ (?P<user>\S+) \[(?P<time>[^\]]+)\] '
                  r'"(?P<method>[A-Z]+) (?P<path>[^ ?]*)(?:\?(?P<query>\S*))? HTTP/[\d.]+" '
                  r'(?P<status>\d{3}) (?P<size>\d+)$')
NUMBERS = re.compile(r"\d+")
USER = re.compile(r"\buser(\d)\b")


def run():
    missing = size = 0
    for line in LINES:
        match = LINE.match(line)
        missing += match["status"] == "404"
        size += int(match["size"])
    text = "\n".join(LINES)
    anonymous = USER.sub(lambda match: "u" + match[1] * 2, text)
    return missing, size, len(NUMBERS.findall(text)), len(anonymous)


EXPECTED = (46, 4615750, 8500, 43774)
