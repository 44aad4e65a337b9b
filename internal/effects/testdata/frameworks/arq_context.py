"""What on_startup of arq puts into the context is what the functions take from it."""
import asyncpg
import httpx


async def startup(ctx):  # want: db
    ctx["http"] = httpx.AsyncClient()
    ctx["pool"] = await asyncpg.create_pool("postgres://db")


async def shutdown(ctx):  # want:
    await ctx["http"].aclose()


async def fetch(ctx, url):  # want: db db.write net
    r = await ctx["http"].get(url)
    async with ctx["pool"].acquire() as con:
        await con.execute("INSERT INTO t VALUES ($1)", r.text)


async def elsewhere(ctx, url):  # want:
    await ctx["http"].get(url)


class WorkerSettings:
    functions = [fetch]
    on_startup = startup
    on_shutdown = shutdown
