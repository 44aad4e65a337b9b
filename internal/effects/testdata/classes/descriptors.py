import sqlite3


class Column:
    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, instance, owner=None):  # want: db!
        row = instance.conn.execute(f"SELECT {self.name} FROM t").fetchone()
        return row[0]

    def __set__(self, instance, value):  # want: db.write!
        instance.conn.execute("UPDATE t SET v = ?", (value,))


class Row:
    price = Column()

    def __init__(self, conn: sqlite3.Connection):  # want:
        self.conn = conn


def price_of(row: Row):  # want: db!
    return row.price


def reprice(row: Row, value):  # want: db.write!
    row.price = value
