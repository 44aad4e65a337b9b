import contextlib
import sqlite3
import time


@contextlib.contextmanager
def timer(label):
    start = time.time()
    yield
    print(label, time.time() - start)


@contextlib.contextmanager
def transaction(conn: sqlite3.Connection):
    cur = conn.cursor()
    try:
        yield cur
        conn.commit()
    except Exception:
        conn.rollback()
        raise


def work():  # want: clock stdout
    with timer("work"):
        return 1


def save(conn):  # want: db.write!
    with transaction(conn) as cur:
        cur.execute("insert into t values (1)")


def made(conn):  # want:
    return transaction(conn)


@timer("decorated")
def decorated():
    return 2
