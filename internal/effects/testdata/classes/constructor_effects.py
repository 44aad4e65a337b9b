import logging
import sqlite3


class Store:
    def __init__(self, path):  # want: db! db.write! log
        self.conn = sqlite3.connect(path)
        self._migrate()
        logging.info("opened %s", path)

    def _migrate(self):  # want: db.write!
        self.conn.execute("CREATE TABLE IF NOT EXISTS t (k TEXT, v TEXT)")

    def get(self, key):  # want: db!
        return self.conn.execute("SELECT v FROM t WHERE k = ?", (key,)).fetchone()


def opened(path):  # want: db! db.write! log
    return Store(path)


def lazily(path):  # want:
    return lambda: Store(path)
