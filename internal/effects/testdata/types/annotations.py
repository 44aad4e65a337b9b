from __future__ import annotations
from typing import Callable, Generic, Iterable, NewType, Optional, Protocol, Self, TypeVar, Union
import redis
import requests

class Fetcher(Protocol):
    def fetch(self, url: str) -> str: ...  # want:

class Real:
    def fetch(self, url: str) -> str:  # want: net!
        return requests.get(url, timeout=1).text

class Fake:
    def fetch(self, url: str) -> str:  # want:
        return "x"

T = TypeVar("T", bound=Real)
Cache = NewType("Cache", redis.Redis)

def opt(f: Optional[Real]):  # want: net!
    if f:
        return f.fetch("x")

def union(f: Real | None):  # want: net!
    return f.fetch("x")

def many(fs: list[Real]):  # want: net!
    for f in fs:
        f.fetch("x")

def mapping(fs: dict[str, Real]):  # want: net!
    return [f.fetch("x") for f in fs.values()]

def bound(f: T) -> T:  # want: net!
    f.fetch("u")
    return f

def proto(f: Fetcher):  # want: net!~
    return f.fetch("x")

class Builder:
    def on(self) -> Self:  # want:
        return self
    def url(self) -> "Builder":  # want:
        return self
    def go(self):  # want: net!
        return requests.get("x")

def fluent():  # want: net!
    return Builder().on().url().go()

class Repo(Generic[T]):
    def __init__(self, item: T):  # want:
        self.item = item
    def get(self) -> T:  # want:
        return self.item

def generic():  # want: net!
    return Repo(Real()).get().fetch("x")

def newtype(c: Cache):  # want: db!
    return c.get("x")

def cls_arg(kind: type[Real]):  # want: net!
    return kind().fetch("x")

def cb(f: Callable[[], Real]):  # want: net!
    return f().fetch("x")

def fake_only():  # want:
    return proto_inner(Fake())

def proto_inner(f):  # want:
    return f.fetch("x")
