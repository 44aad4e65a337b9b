import asyncio

import aiohttp


class Worker:
    def __init__(self):  # want:
        self.queue = asyncio.Queue()
        self.lock = asyncio.Lock()
        self.session = None

    async def start(self):  # want: task net
        self.session = aiohttp.ClientSession()
        self.task = asyncio.create_task(self.run())

    async def run(self):  # want: net
        while True:
            url = await self.queue.get()
            async with self.lock:
                async with self.session.get(url) as reply:
                    await reply.read()

    async def put(self, url):  # want:
        await self.queue.put(url)
