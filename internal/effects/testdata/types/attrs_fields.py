import sqlite3

import attr
from attrs import define, field


@define
class Store:
    conn: sqlite3.Connection
    name: str = field(default="main")

    def save(self, row):  # want: db.write!
        self.conn.execute("insert into rows values (?)", (row,))


@attr.s(auto_attribs=True)
class Service:
    store: Store

    def handle(self, row):  # want: db.write!
        self.store.save(row)


def main(conn):  # want: db.write!
    Service(Store(conn)).handle(1)
