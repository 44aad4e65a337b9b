import sqlite3
from typing import NewType, Self

UserId = NewType("UserId", int)


class Query:
    def __init__(self, conn: sqlite3.Connection):  # want:
        self.conn = conn
        self.parts = []

    def where(self, text) -> Self:  # want:
        self.parts.append(text)
        return self

    def limit(self, n):  # want:
        self.parts.append(f"limit {n}")
        return self

    def all(self):  # want: db!
        return self.conn.execute("select * from t " + " ".join(self.parts)).fetchall()


def recent(conn):  # want: db!
    return Query(conn).where("a = 1").limit(3).all()


def build(conn):  # want:
    return Query(conn).limit(UserId(3))
