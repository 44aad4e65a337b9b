import time

import anyio
import trio


def blocking(path):  # want: fs.read!
    with open(path) as f:
        return f.read()


async def threaded(path):  # want: fs.read thread
    return await anyio.to_thread.run_sync(blocking, path)


async def trio_threaded(path):  # want: fs.read thread
    return await trio.to_thread.run_sync(blocking, path)


async def nursery(path):  # want: fs.read thread task
    async with anyio.create_task_group() as group:
        group.start_soon(threaded, path)


async def pause():  # want: sleep
    await anyio.sleep(1)


def main(path):  # want: fs.read thread
    anyio.run(threaded, path)


def wait():  # want: sleep!
    time.sleep(1)
