from __future__ import annotations
import asyncio
from dataclasses import dataclass
from typing import Awaitable, Callable, Sequence
import httpx
import asyncpg

Handler = Callable[[str], Awaitable[None]]

async def to_db(msg: str) -> None:  # want: db db.write
    conn = await asyncpg.connect("x")
    try:
        await conn.execute("INSERT INTO t VALUES ($1)", msg)
    finally:
        await conn.close()

async def to_http(msg: str) -> None:  # want: net
    async with httpx.AsyncClient(timeout=3) as c:
        await c.post("x", json=msg)

@dataclass
class Pipeline:
    handlers: Sequence[Handler]
    async def run(self, msg: str):  # want: net~ db~ db.write~
        for h in self.handlers:
            await h(msg)
    async def parallel(self, msg):  # want: net db db.write task
        await asyncio.gather(*(h(msg) for h in self.handlers))
    async def forget(self, msg):  # want:
        for h in self.handlers:
            h(msg)

def build() -> Pipeline:  # want:
    return Pipeline([to_db, to_http])

async def main():  # want: net~ db~ db.write~
    p = build()
    await p.run("x")

async def bg(tasks: set):  # want: net~ db~ db.write~ task
    t = asyncio.create_task(main())
    tasks.add(t)
    t.add_done_callback(tasks.discard)

def entry():  # want: net~ db~ db.write~
    with asyncio.Runner() as r:
        r.run(main())
