import asyncio
import json

import aiofiles


async def each(items, action):
    for item in items:
        await action(item)


async def load(path):  # want: fs.read
    async with aiofiles.open(path) as f:
        return json.loads(await f.read())


async def nap(n):  # want: sleep
    await asyncio.sleep(n)


async def all_files(paths):  # want: fs.read
    await each(paths, load)


async def naps(ns):  # want: sleep
    await each(ns, nap)


async def retry(action, *args):
    while True:
        try:
            return await action(*args)
        except OSError:
            await asyncio.sleep(1)


async def stubborn(path):  # want: fs.read sleep
    return await retry(load, path)
