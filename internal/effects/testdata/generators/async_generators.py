import asyncio

import httpx


async def pages(client: httpx.AsyncClient, url):  # want: net
    while url:
        reply = await client.get(url)
        yield reply.json()
        url = reply.json().get("next")


async def collect(url):  # want: net
    async with httpx.AsyncClient() as client:
        return [p async for p in pages(client, url)]


async def each(client, url):  # want: net stdout
    async for page in pages(client, url):
        print(page)


def made(client, url):  # want:
    return pages(client, url)


def main(url):  # want: net
    return asyncio.run(collect(url))
