import logging
import sqlite3


class Table:
    def __init__(self, conn: sqlite3.Connection):  # want:
        self.conn = conn

    def __getitem__(self, key):  # want: db!
        return self.conn.execute("SELECT v FROM t WHERE k = ?", (key,)).fetchone()

    def __setitem__(self, key, value):  # want: db.write!
        self.conn.execute("INSERT INTO t VALUES (?, ?)", (key, value))

    def __contains__(self, key):  # want: db!
        return self[key] is not None

    def __len__(self):  # want: db!
        return self.conn.execute("SELECT count(*) FROM t").fetchone()[0]

    def __iadd__(self, rows):  # want: db.write! log
        logging.info("adding")
        for k, v in rows:
            self[k] = v
        return self


def known(table: Table, key):  # want: db!
    return key in table


def put(table: Table, key):  # want: db.write!
    table[key] = 1


def size(table: Table):  # want: db!
    return len(table)


def extend(table: Table, rows):  # want: db.write! log
    table += rows
