from __future__ import annotations
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Self, override
import random
import httpx

type Maker[T] = Callable[[], T]

class Base[T]:
    def __init__(self, make: Maker[T]) -> None:  # want:
        self.make = make
    def new(self) -> T:  # want: random
        return self.make()
    def also(self, do: Callable[[T], object]) -> Self:  # want: fs.write! stdout random
        do(self.new())
        return self

class Loud[T](Base[T]):
    @override
    def new(self) -> T:  # want: stdout random
        print("new")
        return super().new()

def dice() -> int:  # want: random
    return random.randint(1, 6)

def quiet():  # want: random
    return Base(dice).new()

def loud():  # want: stdout random
    return Loud(dice).new()

def chain():  # want: fs.write! stdout random
    Base(dice).also(print).also(lambda x: Path("x").write_text(str(x)))

async def pages(client: httpx.AsyncClient) -> AsyncIterator[dict]:  # want: net
    url = "/items"
    while url:
        match (await client.get(url)).json():
            case {"items": [*items], "next": str(nxt)}:
                for i in items:
                    yield i
                url = nxt
            case _:
                return

async def first(client):  # want: net
    return await anext(pages(client))

async def collect():  # want: net
    async with httpx.AsyncClient() as c:
        return [p async for p in pages(c) if p]

def errors(paths):  # want: fs.read! stdout
    try:
        return [json.loads(Path(p).read_text()) for p in paths]
    except* (OSError, ValueError) as group:
        for e in group.exceptions:
            print(e)

def note(x):  # want: random
    return t"{x!r} {random.random()}"
