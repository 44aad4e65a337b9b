# want-import: state
import asyncio
import json
import logging
import signal
from typing import Awaitable, Callable
import aio_pika
import asyncpg

log = logging.getLogger(__name__)
Handler = Callable[[dict], Awaitable[None]]
HANDLERS: dict[str, Handler] = {}

def on(kind):  # want:
    def register(fn: Handler) -> Handler:  # want: state
        HANDLERS[kind] = fn
        return fn
    return register

class Db:
    pool: asyncpg.Pool
    @classmethod
    async def open(cls, dsn):  # want: db
        self = cls()
        self.pool = await asyncpg.create_pool(dsn)
        return self
    async def save(self, row):  # want: db db.write
        async with self.pool.acquire() as con:
            await con.execute("INSERT INTO event VALUES ($1)", json.dumps(row))

db: Db | None = None

@on("created")
async def created(event):  # want: db db.write
    await db.save(event)

@on("slow")
async def slow(event):  # want: sleep
    await asyncio.sleep(event["seconds"])

async def dispatch(body: bytes):  # want: db~ db.write~ sleep~ log
    event = json.loads(body)
    handler = HANDLERS.get(event["kind"])
    if handler is None:
        log.warning("unknown")
        return
    await handler(event)

async def main():  # want: net db db.write~ sleep~ log state
    global db
    db = await Db.open("x")
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    loop.add_signal_handler(signal.SIGTERM, stop.set)
    connection = await aio_pika.connect_robust("amqp://x")
    async with connection:
        channel = await connection.channel()
        q = await channel.declare_queue("events")
        async with q.iterator() as messages:
            async for m in messages:
                async with m.process():
                    await dispatch(m.body)
