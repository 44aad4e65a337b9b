import sqlite3
from typing import Callable

import requests


class Notifier:
    def __init__(self, send: Callable[[str], None]):  # want:
        self._send = send

    def alert(self, text):  # want: net!
        self._send(text)


def to_hook(text):  # want: net!
    requests.post("https://hooks.example.com", data=text)


class Container:
    def __init__(self):  # want:
        self._made = {}

    def connection(self):  # want: db!
        if "conn" not in self._made:
            self._made["conn"] = sqlite3.connect("x.db")
        return self._made["conn"]

    def notifier(self):  # want:
        return Notifier(to_hook)


def run():  # want: db! net!
    c = Container()
    c.connection().execute("select 1")
    c.notifier().alert("done")
