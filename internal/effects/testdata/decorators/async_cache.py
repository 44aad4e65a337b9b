import asyncio
import functools
import json
import time
import httpx
import redis.asyncio as redis

class TTL:
    def __init__(self, seconds):  # want:
        self.seconds = seconds
        self.data = {}
    def get(self, key):  # want: clock
        hit = self.data.get(key)
        if hit and hit[0] > time.monotonic():
            return hit[1]
    def put(self, key, value):  # want: clock
        self.data[key] = (time.monotonic() + self.seconds, value)

def cached(store):  # want:
    def deco(fn):  # want:
        @functools.wraps(fn)
        async def wrapper(*args):  # want: net clock
            found = store.get(args)
            if found is None:
                found = await fn(*args)
                store.put(args, found)
            return found
        return wrapper
    return deco

@cached(TTL(60))
async def price(symbol):  # want: net
    async with httpx.AsyncClient(timeout=2) as client:
        response = await client.get("https://prices", params={"s": symbol})
    return response.json()["price"]

class Prices:
    def __init__(self, url):  # want:
        self.redis = redis.from_url(url)
    async def many(self, symbols):  # want: net db.write task clock
        found = await asyncio.gather(*map(price, symbols))
        await self.redis.set("last", json.dumps(found))
        return dict(zip(symbols, found))

async def report(url):  # want: net db.write task stdout clock
    p = Prices(url)
    for s, v in (await p.many(["A", "B"])).items():
        print(s, v)

def main():  # want: net db.write task stdout clock
    asyncio.run(report("redis://"))
