import sqlite3


def rows(path):  # want: db!
    conn = sqlite3.connect(path)
    for row in conn.execute("select * from t"):
        yield row


def made(path):  # want:
    return rows(path)


def looped(path):  # want: db! stdout
    for row in rows(path):
        print(row)


def listed(path):  # want: db!
    return list(rows(path))


def through(path):  # want: db!
    pending = made(path)
    return sum(1 for _ in pending)


def dropped(path):  # want:
    rows(path)


def one(path):  # want: db!
    return next(rows(path))
