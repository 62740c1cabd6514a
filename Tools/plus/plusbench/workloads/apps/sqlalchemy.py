# Copyright PythonPlus contributors.
"""sqlalchemy's QueuePool on sqlite: more threads than connections."""
import os

from plusbench.workloads.apps import serving
from plusbench.workloads.apps.tasks import tasks

THREADS = 8
ROWS = 100


def queue_pool(work):
    serving.needs("sqlalchemy")
    import sqlalchemy
    folder = serving.folder(work)
    engine = sqlalchemy.create_engine(
        "sqlite:///" + os.path.join(folder, "numbers.db"),
        poolclass=sqlalchemy.QueuePool, pool_size=2, max_overflow=1)
    work.ending.callback(engine.dispose)
    with engine.begin() as connection:
        connection.execute(sqlalchemy.text("create table squares (n integer, square integer)"))
        connection.execute(sqlalchemy.text("insert into squares values (:n, :square)"),
                           [{"n": n, "square": n * n} for n in range(ROWS)])
    query = sqlalchemy.text("select square from squares where n = :n")

    def look_up(number):
        n = number % ROWS
        with engine.connect() as connection:
            return connection.execute(query, {"n": n}).scalar() == n * n
    return tasks(work, look_up, THREADS)
