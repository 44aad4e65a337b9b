import sqlite3
from contextlib import contextmanager


class Database:
    def __init__(self, path):  # want:
        self.path = path

    @contextmanager
    def session(self):
        conn = sqlite3.connect(self.path)
        try:
            yield conn
        finally:
            conn.close()


class Users:
    def __init__(self, db: Database):  # want:
        self.db = db

    def add(self, name):  # want: db! db.write!
        with self.db.session() as conn:
            conn.execute("INSERT INTO users VALUES (?)", (name,))

    def all(self):  # want: db!
        with self.db.session() as conn:
            return conn.execute("SELECT * FROM users").fetchall()


def main():  # want: db! db.write!
    users = Users(Database("x.db"))
    users.add("ann")
