import re
import sqlite3

import requests


def run(target):  # want: net!
    if isinstance(target, requests.Session):
        target.get("https://example.com")


def scan(path):  # want: fs.read!
    with open(path) as f:
        while chunk := f.read(4096):
            if m := re.search(r"\d+", chunk):
                return m.group()


def connect(path):  # want: db!
    if (conn := sqlite3.connect(path)) and (cur := conn.cursor()):
        return cur.execute("select 1")


def pure(values):  # want:
    return [y for x in values if (y := x * 2) > 3]
