import sqlite3
from typing import Iterator, Tuple


class Repo:
    def __init__(self, conn):  # want:
        self.conn = conn

    def count(self) -> int:  # want: db!
        return self.cursor().execute("select count(*) from t").fetchone()[0]

    def cursor(self) -> sqlite3.Cursor:  # want:
        return self.conn.cursor()


def make(registry) -> Repo:  # want:
    return registry["repo"]


def pair(registry) -> Tuple[Repo, str]:  # want:
    return registry["repo"], "name"


def use(registry):  # want: db!
    return make(registry).count()


def use_pair(registry):  # want: db!
    repo, name = pair(registry)
    return repo.count()


def repos(registry) -> Iterator[Repo]:  # want:
    yield from registry.values()


def total(registry):  # want: db!
    return sum(repo.count() for repo in repos(registry))
