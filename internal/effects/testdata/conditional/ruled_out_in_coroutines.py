"""Coroutines and generators run where they are awaited; their call gave the arguments."""
import asyncio
import contextlib
import time

import requests


async def refresh(hub, wait=True):  # want: net! sleep!
    if wait:
        time.sleep(1)
    requests.get(hub, timeout=5)


async def refresh_now(hub):  # want: net!
    await refresh(hub, wait=False)


async def refresh_later(hub):  # want: net! task
    asyncio.create_task(refresh(hub, False))


async def refresh_two(hub):  # want: net! sleep! task
    await asyncio.gather(refresh(hub, False), refresh(hub))


async def refresh_stored(hub):  # want: net! sleep!
    pending = [refresh(hub, wait=False)]
    for coroutine in pending:
        await coroutine


async def refresh_twice(hub, wait=True):  # want: net! sleep!
    await refresh(hub, wait=wait)


def main(hub):  # want: net!
    asyncio.run(refresh_twice(hub, wait=False))


def pages(url, follow=False):  # want: net!
    yield url
    if follow:
        yield requests.get(url, timeout=5)


def one_page(url):  # want:
    for page in pages(url):
        return page


def all_pages(url):  # want: net!
    for page in pages(url, follow=True):
        return page


@contextlib.contextmanager
def session(url, login=True):  # want: net!
    if login:
        requests.post(url, timeout=5)
    yield url


def anonymous(url):  # want:
    with session(url, login=False) as s:
        return s
