import sqlite3


def handlers(names, conn: sqlite3.Connection):  # want:
    return {n: (lambda row, n=n: conn.execute(f"insert into {n} values (?)", row)) for n in names}


def store(names, conn, rows):  # want: db.write!
    table = handlers(names, conn)
    for row in rows:
        table["a"](row)


def count(names, conn):  # want:
    return len(handlers(names, conn))
