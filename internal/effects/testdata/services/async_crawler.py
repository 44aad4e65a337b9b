"""A crawler with a worker pool on one loop."""
import asyncio
import logging
import pathlib
import urllib.parse

import aiohttp

log = logging.getLogger("crawl")


class Crawler:
    def __init__(self, folder, workers=4):  # want:
        self.queue: asyncio.Queue = asyncio.Queue()
        self.folder = pathlib.Path(folder)
        self.seen = set()
        self.workers = workers

    async def fetch(self, session: aiohttp.ClientSession, url):  # want: net
        async with session.get(url) as reply:
            return await reply.text()

    def save(self, url, text):  # want: fs.write!
        name = urllib.parse.quote(url, safe="")
        (self.folder / name).write_text(text)

    async def work(self, session):  # want: net fs.write thread log
        while True:
            url = await self.queue.get()
            try:
                text = await self.fetch(session, url)
                await asyncio.to_thread(self.save, url, text)
            except aiohttp.ClientError:
                log.warning("failed %s", url)
            finally:
                self.queue.task_done()

    async def run(self, urls):  # want: net fs.write thread log task
        async with aiohttp.ClientSession() as session:
            tasks = [asyncio.create_task(self.work(session)) for _ in range(self.workers)]
            for url in urls:
                self.queue.put_nowait(url)
            await self.queue.join()
            for task in tasks:
                task.cancel()


def main(urls):  # want: net fs.write thread log task
    asyncio.run(Crawler("pages").run(urls))
