import sys
from contextvars import ContextVar

import httpx
from sqlalchemy.orm import Session

session: ContextVar[Session] = ContextVar("session")
client: "ContextVar[httpx.Client | None]" = ContextVar("client", default=None)
sink = ContextVar("sink")
other = ContextVar("other")


class File:
    def put(self, text):  # want: fs.write!
        with open("out.txt", "a") as f:
            f.write(text)


class Screen:
    def put(self, text):  # want: stdout
        print(text)


def start():  # want:
    sink.set(File())
    other.set(Screen())


def rows():  # want: db!
    return session.get().scalars("select 1").all()


def fetch(url):  # want: net!
    return client.get().get(url)


def write(text):  # want: fs.write!
    sink.get().put(text)


def show(text):  # want: stdout
    other.get().put(text)


def stop():  # want: exit
    sys.exit(0)
    print("never")
