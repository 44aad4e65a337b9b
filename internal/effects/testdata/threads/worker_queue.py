import queue
import threading

import psycopg2

jobs = queue.Queue()


def worker(dsn):  # want: db.write! db! sleep!
    conn = psycopg2.connect(dsn)
    while True:
        row = jobs.get()
        conn.cursor().execute("INSERT INTO t VALUES (%s)", (row,))
        jobs.task_done()


def start(dsn, n):  # want: thread db.write db sleep
    for _ in range(n):
        threading.Thread(target=worker, args=(dsn,), daemon=True).start()


def put(row):  # want:
    jobs.put(row)


def drain():  # want: sleep!
    jobs.join()
