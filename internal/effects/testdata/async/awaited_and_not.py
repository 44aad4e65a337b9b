import asyncio

import httpx


async def fetch(url):  # want: net
    async with httpx.AsyncClient() as client:
        return (await client.get(url)).text


async def awaited(url):  # want: net
    return await fetch(url)


async def forgotten(url):  # want:
    fetch(url)


async def returned(url):  # want:
    return fetch(url)


async def later(url):  # want: net
    pending = fetch(url)
    return await pending


async def double(url):  # want: net
    return await (await returned(url))


def sync(url):  # want: net
    return asyncio.run(fetch(url))
