import asyncio
import functools
import logging

import httpx


def logged(func):  # want:
    @functools.wraps(func)
    async def inner(*args, **kwargs):
        logging.info("before")
        return await func(*args, **kwargs)

    return inner


def sync(func):  # want:
    @functools.wraps(func)
    def inner(*args):
        return asyncio.run(func(*args))

    return inner


@logged
async def fetch(url):
    async with httpx.AsyncClient() as client:
        return await client.get(url)


@sync
async def page(url):
    return await fetch(url)


async def use(url):  # want: log net
    return await fetch(url)


def main(url):  # want: log net
    return page(url)


async def lost(url):  # want:
    fetch(url)
