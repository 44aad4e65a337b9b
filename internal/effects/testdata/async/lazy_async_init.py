import asyncio
import inspect
import os
from functools import cached_property
import aiohttp
import boto3

class Service:
    def __init__(self):  # want:
        self._session = None
        self._lock = asyncio.Lock()

    @cached_property
    def bucket(self):  # want: env
        return boto3.client("s3", region_name=os.environ["REGION"])

    @property
    async def session(self):  # want:
        async with self._lock:
            if self._session is None:
                self._session = aiohttp.ClientSession()
        return self._session

    def __await__(self):  # want:
        return self._start().__await__()

    async def _start(self):  # want: sleep
        await asyncio.sleep(0)
        return self

    async def get(self, url):  # want: net
        s = await self.session
        async with s.get(url) as r:
            return await r.read()

    async def archive(self, url):  # want: net env thread
        data = await self.get(url)
        await asyncio.to_thread(self.bucket.put_object, Bucket="b", Body=data)

    async def archive_badly(self, url):  # want: net! env
        self.bucket.put_object(Bucket="b", Body=await self.get(url))

async def run(urls):  # want: net env sleep~ thread task
    service = await Service()
    async with asyncio.TaskGroup() as tg:
        for u in urls:
            tg.create_task(service.archive(u))

async def maybe(fn, *args):  # want: net stdout
    result = fn(*args)
    if inspect.isawaitable(result):
        result = await result
    return result

async def both(url):  # want: net stdout
    await maybe(Service().get, url)
    await maybe(print, url)
