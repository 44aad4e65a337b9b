import asyncio
import functools
import time


def crunch(n):  # want: sleep! fs.write!
    time.sleep(n)
    with open("result", "w") as f:
        f.write(str(n))


async def thread(n):  # want: sleep fs.write thread
    await asyncio.to_thread(crunch, n)


async def executor(n):  # want: sleep fs.write thread
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, crunch, n)


async def with_partial(n):  # want: sleep fs.write thread
    loop = asyncio.get_event_loop()
    await loop.run_in_executor(None, functools.partial(crunch, n=n))


async def with_lambda(n):  # want: sleep fs.write thread
    loop = asyncio.get_running_loop()
    await loop.run_in_executor(None, lambda: crunch(n))


async def direct(n):  # want: sleep! fs.write!
    crunch(n)
