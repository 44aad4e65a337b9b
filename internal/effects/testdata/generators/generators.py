import itertools
import requests

def pages(url):  # want: net!
    n = 0
    while True:
        r = requests.get(url, params={"page": n}, timeout=5)
        if not r.json():
            return
        yield r.json()
        n += 1

def flat(url):  # want: net!
    for p in pages(url):
        yield from p

def first(url):  # want: net!
    return next(pages(url))

def unconsumed(url):  # want:
    return flat(url)

def count(url):  # want: net!
    return sum(1 for _ in flat(url))

def expr(url):  # want:
    return (x for x in flat(url))

def consumed_expr(url):  # want: net!
    return list(expr(url))

def sliced(url):  # want: net!
    return list(itertools.islice(flat(url), 10))

def mapped(urls):  # want: # extra: net!~
    return map(requests.get, urls)

def mapped_list(urls):  # want: net!~
    return list(map(requests.get, urls))

def sorted_by(xs):  # want: stdout~
    return sorted(xs, key=lambda x: print(x) or x)

def unpack(url):  # want: net!
    a, b, *c = flat(url)
    return a

def star(url):  # want: net! stdout
    print(*pages(url))

async def agen():  # want: sleep
    import asyncio
    for i in range(3):
        await asyncio.sleep(1)
        yield i

async def aconsume():  # want: sleep
    return [i async for i in agen()]

async def anot():  # want:
    return agen()
