import sqlite3

TABLE = "orders"
INSERT = "INSERT INTO " + TABLE + " VALUES (?)"


def concatenated(conn: sqlite3.Connection, row):  # want: db.write!
    conn.execute(INSERT, row)


def formatted(conn: sqlite3.Connection, n):  # want: db.write!
    conn.execute(f"UPDATE {TABLE} SET n = ?", (n,))


def commented(conn: sqlite3.Connection):  # want: db.write!
    conn.execute("-- clean up\nDELETE FROM orders")


def cte(conn: sqlite3.Connection):  # want: db!
    return conn.execute("WITH t AS (SELECT 1) SELECT * FROM t").fetchall()


def pragma(conn: sqlite3.Connection):  # want: db!
    conn.execute("PRAGMA table_info(orders)")


def explain(conn: sqlite3.Connection):  # want: db!
    conn.execute("EXPLAIN SELECT 1")


def script(conn: sqlite3.Connection, text):  # want: db.write!
    conn.executescript(text)


def helper(conn: sqlite3.Connection, sql):  # want: db.write!
    return conn.execute(sql)


def call(conn):  # want: db.write!
    helper(conn, "REPLACE INTO t VALUES (1)")
