# Copyright PythonPlus contributors.
"""JSON there and back, with and without indentation"""
import json

RECORDS = [
    {"id": number, "name": "item %d" % number, "price": number * 1.25, "tags": ["a", "bc", "é"],
     "stock": {"here": number % 7, "there": None, "ordered": number % 2 == 0},
     "history": list(range(number % 20))}
    for number in range(150)]


def run():
    compact = json.dumps(RECORDS)
    indented = json.dumps(RECORDS[:30], indent=2, sort_keys=True)
    back = json.loads(compact) + json.loads(indented) + json.loads(compact)
    return len(compact), len(indented), sum(record["price"] for record in back)


EXPECTED = (26348, 8996, 28481.25)
