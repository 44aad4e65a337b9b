"""A value made in one turn of a loop is used in the next."""
import sqlite3

import requests


def reuse(urls):  # want: net!
    session = None
    for url in urls:
        if session is None:
            session = requests.Session()
        session.get(url)


def rotate(paths):  # want: db!
    conn = None
    for path in paths:
        if conn:
            conn.execute("select 1")
        conn = sqlite3.connect(path)


def paged(url):  # want: net!
    fetch = len
    while url:
        reply = fetch(url)
        fetch = requests.get
        url = None


def plain(items):  # want:
    last = None
    for item in items:
        if last is not None and item < last:
            return False
        last = item
    return True
