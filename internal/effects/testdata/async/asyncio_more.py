import asyncio
import time
import aiofiles
import trio
import anyio

async def sleeper():  # want: sleep
    await asyncio.sleep(1)

async def blocker():  # want: sleep!
    time.sleep(1)

async def read(p):  # want: fs.read
    async with aiofiles.open(p) as f:
        return await f.read()

async def sub():  # want: subprocess
    p = await asyncio.create_subprocess_exec("ls")
    await p.wait()

async def timeout():  # want: sleep
    async with asyncio.timeout(3):
        await sleeper()

async def waits():  # want: sleep!
    return await asyncio.wait_for(blocker(), 3)

async def fire():  # want: sleep task
    asyncio.create_task(sleeper())

async def ensure():  # want: sleep task
    t = asyncio.ensure_future(sleeper())
    await t

async def conn():  # want: net
    r, w = await asyncio.open_connection("h", 1)
    w.write(b"x")
    await w.drain()
    return await r.read()

async def serve():  # want: listen
    async def on(r, w):  # want: stdout
        print("c")
    s = await asyncio.start_server(on, "0", 1)
    await s.serve_forever()

def main():  # want: fs.read
    loop = asyncio.new_event_loop()
    loop.run_until_complete(read("x"))

def trio_main():  # want: sleep task
    trio.run(tr, 3)

async def tr(n):  # want: sleep task
    async with trio.open_nursery() as nur:
        nur.start_soon(child, n)

async def child(n):  # want: sleep
    await trio.sleep(n)

async def any_():  # want: sleep task
    async with anyio.create_task_group() as tg:
        tg.start_soon(sleeper)

def call_later(loop: asyncio.AbstractEventLoop):  # want:
    loop.call_later(3, print, "x")

async def as_done():  # want: fs.read sleep task
    for f in asyncio.as_completed([sleeper(), read("x")]):
        await f
