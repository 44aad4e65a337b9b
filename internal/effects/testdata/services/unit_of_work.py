"""Repositories behind a unit of work that commits when its block ends."""
import sqlite3


class Repository:
    def __init__(self, conn):  # want:
        self.conn = conn

    def add(self, name):  # want: db.write!
        self.conn.execute("INSERT INTO names VALUES (?)", (name,))

    def names(self):  # want: db!
        return [r[0] for r in self.conn.execute("SELECT name FROM names")]


class UnitOfWork:
    def __init__(self, path):  # want:
        self.path = path

    def __enter__(self):  # want: db!
        self.conn = sqlite3.connect(self.path)
        self.names = Repository(self.conn)
        return self

    def __exit__(self, kind, value, tb):  # want: db.write!
        if kind is None:
            self.conn.commit()
        else:
            self.conn.rollback()


def register(name):  # want: db! db.write!
    with UnitOfWork("x.db") as work:
        if name not in work.names.names():
            work.names.add(name)


def create():  # want:
    return UnitOfWork("x.db")
