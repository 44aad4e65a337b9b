# want-import: db!
import asyncio
import contextlib
import httpx
import sqlite3
import threading

class Pool:
    def __init__(self, size):  # want: db!
        self._conns = [sqlite3.connect("x") for _ in range(size)]
        self._lock = threading.Lock()
    @contextlib.contextmanager
    def get(self):  # want:
        with self._lock:
            c = self._conns.pop()
        try:
            yield c
        finally:
            self._conns.append(c)

pool = Pool(3)

def rows():  # want: db!
    with pool.get() as c:
        return c.execute("SELECT 1").fetchall()

async def lines(url):  # want: net
    async with httpx.AsyncClient() as client:
        async with client.stream("GET", url) as r:
            async for line in r.aiter_lines():
                yield line

async def consume(url):  # want: net stdout
    async for l in lines(url):
        print(l)

async def unused(url):  # want:
    lines(url)

async def limited(urls):  # want: net task
    sem = asyncio.Semaphore(3)
    async def one(u):  # want: net
        async with sem:
            async with httpx.AsyncClient() as c:
                return await c.get(u)
    return await asyncio.gather(*[one(u) for u in urls])

async def gen_gather(urls):  # want: sleep task
    async def two(u):  # want: sleep
        await asyncio.sleep(1)
    return await asyncio.gather(*(two(u) for u in urls))

async def cond(flag):  # want: db!~ sleep~
    fn = one_s if flag else two_s
    await fn()

async def one_s():  # want: sleep
    await asyncio.sleep(1)

async def two_s():  # want: db!
    sqlite3.connect("x")

async def shield():  # want: sleep task
    await asyncio.shield(one_s())

async def run_sync(fn):  # want: fs.read thread
    return await asyncio.get_event_loop().run_in_executor(None, fn)

async def use_run_sync():  # want: fs.read thread
    return await run_sync(two_plain)

def two_plain():  # want: fs.read!
    open("x").close()
