import asyncio

import asyncpg


async def one(pool: asyncpg.Pool, i):  # want: db
    return await pool.fetchrow("select * from t where id = $1", i)


async def gathered(pool, ids):  # want: db task
    return await asyncio.gather(*[one(pool, i) for i in ids])


async def grouped(pool, ids):  # want: db task
    async with asyncio.TaskGroup() as group:
        for i in ids:
            group.create_task(one(pool, i))


async def first(pool):  # want: db
    return await asyncio.wait_for(one(pool, 1), timeout=2)


async def as_done(pool, ids):  # want: db task
    for done in asyncio.as_completed([one(pool, i) for i in ids]):
        await done


async def protected(pool):  # want: db task
    await asyncio.shield(one(pool, 1))


async def write(pool: asyncpg.Pool, i):  # want: db.write
    await pool.execute("insert into t values ($1)", i)
