import anyio
import httpx
import sys
from contextlib import asynccontextmanager

@asynccontextmanager
async def client(**kw):  # want: stdout
    async with httpx.AsyncClient(**kw) as c:
        print("open", file=sys.stderr)
        yield c

async def fetch(c: httpx.AsyncClient, url, send):  # want: net
    r = await c.get(url)
    async with send:
        await send.send(r.text)

async def writer(receive, path):  # want: fs.write
    async with receive, await anyio.open_file(path, "w") as f:
        async for text in receive:
            await f.write(text)

async def pull(urls, path):  # want: net fs.write task stdout
    send, receive = anyio.create_memory_object_stream(10)
    async with client(timeout=5) as c, anyio.create_task_group() as tg:
        tg.start_soon(writer, receive, path)
        async with send:
            for u in urls:
                tg.start_soon(fetch, c, u, send.clone())

async def retrying(fn, *args, times=3):  # want: net fs.write sleep task stdout
    for i in range(times):
        try:
            return await fn(*args)
        except httpx.HTTPError:
            await anyio.sleep(2 ** i)

async def main():  # want: net fs.write sleep task stdout
    await retrying(pull, ["http://x"], "out.txt")

def count(path):  # want: fs.read thread
    return anyio.run(anyio.to_thread.run_sync, lambda: len(open(path).read()))

if __name__ == "__main__":
    anyio.run(main)
