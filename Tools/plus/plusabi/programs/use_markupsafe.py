# Copyright PythonPlus contributors.
"""markupsafe: its compiled part, by several threads."""
from concurrent.futures import ThreadPoolExecutor

import markupsafe
import markupsafe._speedups

assert markupsafe.escape("<a>") == "&lt;a&gt;"
with ThreadPoolExecutor(4) as pool:
    assert set(pool.map(markupsafe.escape, ["<"] * 10000)) == {"&lt;"}
    assert set(pool.map(markupsafe._speedups.escape, [">"] * 10000)) == {"&gt;"}
