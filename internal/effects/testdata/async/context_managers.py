import asyncio
from contextlib import asynccontextmanager

import asyncpg


@asynccontextmanager
async def connection(dsn):
    conn = await asyncpg.connect(dsn)
    try:
        yield conn
    finally:
        await conn.close()


class Lease:
    async def __aenter__(self):  # want: sleep
        await asyncio.sleep(1)
        return self

    async def __aexit__(self, *exc):  # want: log
        import logging

        logging.info("released")


async def read(dsn):  # want: db
    async with connection(dsn) as conn:
        return await conn.fetch("select 1")


async def leased():  # want: sleep log
    async with Lease():
        return 1


async def made():  # want:
    return Lease()
