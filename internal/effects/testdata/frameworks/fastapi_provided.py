from typing import Annotated, Protocol

import requests
from fastapi import Depends, FastAPI

app = FastAPI()


class Relay(Protocol):
    async def __call__(self, *, target: str) -> None: ...


class Store:
    def save(self, row):  # want: net!
        return requests.post("https://example.com/rows", json=row)


class Remote(Store):
    def save(self, row):  # want: subprocess!
        import subprocess

        return subprocess.run(["store", row])


async def real(*, target: str) -> None:  # want: net!
    requests.get(target)


def relay() -> Relay:  # want:
    return real


def store():  # want:
    return Store()


async def connected():  # want:
    return Store()


def opened():  # want:
    yield Store()


def remote() -> Store:  # want:
    return Remote()


@app.get("/a")
async def a(relay: Annotated[Relay, Depends(relay)]):  # want: net!
    await relay(target="https://example.com")


@app.post("/b")
async def b(row: dict, rows=Depends(store)):  # want: net!
    rows.save(row)


@app.post("/c")
async def c(row: dict, rows=Depends(connected)):  # want: net!
    rows.save(row)


@app.post("/d")
async def d(row: dict, rows=Depends(opened)):  # want: net!
    rows.save(row)


@app.post("/e")
async def e(row: dict, rows=Depends(Store)):  # want: net!
    rows.save(row)


@app.get("/f")
async def f(rows=Depends(store)):  # want:
    return rows


@app.post("/g")
async def g(row: dict, rows: Store = Depends(remote)):  # want: net! subprocess!
    rows.save(row)
