from __future__ import annotations

import sqlite3
from typing import Optional, Union

import requests


class Gateway:
    def __init__(self, session: "requests.Session"):  # want:
        self.session = session

    def ping(self):  # want: net!
        return self.session.get("/ping").ok


class Offline:
    def ping(self):  # want:
        return False


def quoted(g: "Gateway"):  # want: net!
    return g.ping()


def optional(g: Optional[Gateway] = None):  # want: net!
    return g.ping() if g else False


def pipe(conn: sqlite3.Connection | None):  # want: db!
    if conn is not None:
        conn.execute("select 1")


def union(g: Union[Gateway, Offline]):  # want: net!
    return g.ping()


def offline(g: Offline):  # want:
    return g.ping()
