import asyncio
import logging

log = logging.getLogger(__name__)


async def tick(name):  # want: sleep log
    await asyncio.sleep(1)
    log.info("tick %s", name)


async def start(names):  # want: task sleep log
    tasks = [asyncio.create_task(tick(n)) for n in names]
    await asyncio.wait(tasks)


async def forget(name):  # want: task sleep log
    asyncio.ensure_future(tick(name))


async def nothing(name):  # want:
    return tick
