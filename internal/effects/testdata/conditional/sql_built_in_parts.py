import sqlite3

COLUMNS = ["a", "b"]
UPDATE = "UPDATE t SET {} = ?"
DROP = "DROP TABLE %s"
SELECT = "SELECT " + ", ".join(COLUMNS) + " FROM t"


def formatted(conn: sqlite3.Connection, name):  # want: db.write!
    conn.execute(UPDATE.format(name), (1,))


def percent(conn: sqlite3.Connection, name):  # want: db.write!
    conn.execute(DROP % name)


def selected(conn: sqlite3.Connection):  # want: db!
    return conn.execute(SELECT).fetchall()


def local(conn: sqlite3.Connection, table):  # want: db.write!
    sql = f"DELETE FROM {table} WHERE id = ?"
    conn.execute(sql, (1,))


def query(conn: sqlite3.Connection, table, where):  # want: db!
    sql = f"SELECT * FROM {table}"
    if where:
        sql += " WHERE " + where
    return conn.execute(sql)


def from_name(conn: sqlite3.Connection, load):  # want: db!
    conn.execute(load("update_orders"))
