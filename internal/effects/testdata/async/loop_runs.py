import asyncio
import logging


async def job(name):  # want: sleep log
    await asyncio.sleep(1)
    logging.info(name)


def run():  # want: sleep log
    asyncio.run(job("a"))


def old():  # want: sleep log
    loop = asyncio.new_event_loop()
    loop.run_until_complete(job("b"))


def from_thread(loop):  # want: sleep log task
    asyncio.run_coroutine_threadsafe(job("c"), loop)


def runner():  # want: sleep log
    with asyncio.Runner() as r:
        r.run(job("d"))


def soon(loop: asyncio.AbstractEventLoop):  # want:
    loop.call_later(3, print, "x")
