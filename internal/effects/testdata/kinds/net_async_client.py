import asyncio

import aiohttp


async def page(session: aiohttp.ClientSession, url):  # want: net
    async with session.get(url) as reply:
        return await reply.text()


async def pages(urls):  # want: net task
    async with aiohttp.ClientSession() as session:
        return await asyncio.gather(*(page(session, u) for u in urls))


def crawl(urls):  # want: net task
    return asyncio.run(pages(urls))
