import asyncio
import httpx

async def fetch(client, url):  # want:
    r = await client.get(url)
    return r.text

async def load(url):  # want: net
    async with httpx.AsyncClient() as client:
        r = await client.get(url)
        return r.json()

async def forgotten():  # want:
    load("http://x")

async def kept():  # want: net
    coro = load("http://x")
    return await coro

async def both():  # want: net task
    return await asyncio.gather(load("a"), load("b"))

async def tasks():  # want: net task
    async with asyncio.TaskGroup() as tg:
        tg.create_task(load("a"))

def passes_on():  # want:
    return load("b")

async def via():  # want: net
    return await passes_on()

def run():  # want: net
    asyncio.run(via())
