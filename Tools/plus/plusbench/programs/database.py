# Copyright PythonPlus contributors.
"""tables in memory by sqlite3, which releases the GIL at every step"""
import sqlite3


def fill(database):
    database.execute("create table sale (id integer primary key, who text, amount integer)")
    database.executemany("insert into sale (who, amount) values (?, ?)",
                         (("n%d" % (number % 37), number * 7 % 101) for number in range(1500)))
    database.execute("create index by_who on sale (who)")


def run():
    database = sqlite3.connect(":memory:")
    fill(database)
    sums = database.execute("select who, sum(amount) from sale group by who order by 2").fetchall()
    one_by_one = sum(database.execute(
        "select amount from sale where id = ?", (number,)).fetchone()[0]
        for number in range(1, 600))
    database.close()
    return len(sums), sum(amount for _, amount in sums), one_by_one


EXPECTED = (37, 74974, 29789)
