import sqlite3
from dataclasses import dataclass

type Conn = sqlite3.Connection


@dataclass
class Box[T]:
    item: T
    conn: Conn

    def store(self):  # want: db.write!
        self.conn.execute("insert into boxes values (1)")


def first[T](items: list[T]) -> T:  # want:
    return items[0]


def save[C: sqlite3.Connection](conn: C):  # want: db.write!
    conn.execute("update t set a = 1")
    return conn


def use(box: Box[int]):  # want: db.write!
    box.store()
