import asyncio
from functools import partial, wraps

import requests
from asgiref.sync import sync_to_async
from starlette.concurrency import run_in_threadpool


def get(url):  # want: net!
    return requests.get(url).text


def threaded(func):  # want:
    @wraps(func)
    async def inner(*args):
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(None, partial(func, *args))

    return inner


@threaded
def head(url):
    return requests.head(url)


async def by_starlette(url):  # want: net thread
    return await run_in_threadpool(get, url)


async def by_django(url):  # want: net # miss: thread
    return await sync_to_async(get)(url)


async def by_own(url):  # want: net thread
    return await head(url)
