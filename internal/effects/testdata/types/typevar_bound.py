import sqlite3
from typing import Generic, TypeVar

import requests


class Source:
    def read(self):  # want: net!
        return requests.get("https://example.com").json()


S = TypeVar("S", bound=Source)
C = TypeVar("C", bound="sqlite3.Connection")
T = TypeVar("T")


def pull(source: S):  # want: net!
    return source.read()


def same(item: T) -> T:  # want:
    return item


class Sync(Generic[S]):
    def __init__(self, source: S):  # want:
        self.source = source

    def run(self):  # want: net!
        return self.source.read()


def unknown(item: T):  # want:
    return item.read()
