import sqlite3

SCHEMA = "CREATE TABLE IF NOT EXISTS orders (id INTEGER PRIMARY KEY, total REAL)"


def connect(path):  # want: db!
    return sqlite3.connect(path)


def create(path):  # want: db! db.write!
    conn = connect(path)
    conn.execute(SCHEMA)
    conn.commit()
    return conn


def totals(conn: sqlite3.Connection):  # want: db!
    rows = conn.execute("SELECT id, total FROM orders").fetchall()
    return {row[0]: row[1] for row in rows}


def add(conn: sqlite3.Connection, total):  # want: db.write!
    conn.execute("INSERT INTO orders (total) VALUES (?)", (total,))
    conn.commit()


def purge(conn: sqlite3.Connection):  # want: db.write!
    sql = "DELETE FROM orders WHERE total = 0"
    conn.execute(sql)


def biggest(rows):  # want:
    return max(rows, key=lambda row: row[1])
