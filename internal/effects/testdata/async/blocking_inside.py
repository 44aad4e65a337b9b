import asyncio
import time

import requests


async def bad(url):  # want: net!
    return requests.get(url).text


async def worse(url):  # want: net! sleep!
    time.sleep(1)
    return await bad(url)


async def good(url):  # want: net thread
    return await asyncio.to_thread(requests.get, url)


async def fine():  # want: sleep
    await asyncio.sleep(1)


async def both(url):  # want: net! thread
    await good(url)
    return requests.head(url)
