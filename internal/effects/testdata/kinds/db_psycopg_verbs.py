import psycopg2

FIND = """
    -- customers of one country
    SELECT id, name
    FROM customers
    WHERE country = %s
"""
ARCHIVE = """
    WITH old AS (SELECT id FROM customers WHERE seen < %s)
    INSERT INTO archive SELECT id FROM old
"""


def find(dsn, country):  # want: db!
    with psycopg2.connect(dsn) as conn:
        cur = conn.cursor()
        cur.execute(FIND, (country,))
        return cur.fetchall()


def archive(conn: "psycopg2.extensions.connection", day):  # want: db.write!
    with conn.cursor() as cur:
        cur.execute(ARCHIVE, (day,))


def touch(cur: "psycopg2.extensions.cursor", ids):  # want: db.write!
    for i in ids:
        cur.execute("update customers set seen = now() where id = %s", (i,))


def run(cur: "psycopg2.extensions.cursor", sql):  # want: db!
    cur.execute(sql)
