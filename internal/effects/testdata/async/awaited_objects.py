"""Objects that are awaited to become ready, and give themselves."""
import aiomysql
import aiosqlite
import asyncpg
import redis.asyncio as redis


class Cache:
    def __init__(self):
        self.client = None

    async def connect(self):  # want:
        self.client = await redis.from_url("redis://cache")

    async def get(self, key):  # want: db
        return await self.client.get(key)


async def direct(key):  # want: db
    client = await redis.Redis(host="cache")
    return await client.get(key)


class Repo:
    def __init__(self):
        self.con = None

    async def open(self):  # want: db thread
        self.con = await aiosqlite.connect("app.db")

    async def add(self, x):  # want: db.write
        await self.con.execute("insert into t values (?)", (x,))
        await self.con.commit()


async def rows(con: aiosqlite.Connection):  # want: db
    cursor = await con.execute("select * from t")
    return await cursor.fetchall()


async def pooled(x):  # want: db db.write
    pool = await aiomysql.create_pool()
    async with pool.acquire() as con:
        async with con.cursor() as cursor:
            await cursor.execute("insert into t values (%s)", (x,))


async def plain(x):  # want: db db.write
    con = await asyncpg.connect("postgres://db")
    await con.execute("INSERT INTO t VALUES ($1)", x)
