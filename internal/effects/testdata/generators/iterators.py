import time
import requests
import itertools

class Pager:
    def __init__(self, url):  # want:
        self.url = url
        self.page = 0
    def __iter__(self):  # want:
        return self
    def __next__(self):  # want: net!
        r = requests.get(self.url, timeout=1)
        if not r.ok:
            raise StopIteration
        return r

class Batch:
    def __init__(self, src):  # want:
        self.src = src
    def __iter__(self):  # want:
        return iter(self.src)

class Ticker:
    def __aiter__(self):  # want:
        return self
    async def __anext__(self):  # want: stdout
        print("tick")
        return 1

def each(url):  # want: net!~
    for p in Pager(url):
        pass

def to_list(url):  # want: net!~
    return list(Pager(url))

def zipped(url):  # want: net!~
    return list(zip(Pager(url), range(3)))

def enum(url):  # want: net!~
    for i, p in enumerate(Pager(url)):
        pass

def batch(url):  # want: net!~
    for p in Batch(Pager(url)):
        pass

def chain(url):  # want: net!~
    for p in itertools.chain([1], Pager(url)):
        pass

async def ticks():  # want: stdout~
    async for t in Ticker():
        break

def nxt(url):  # want: net!~
    return next(iter(Pager(url)))

def spread(url):  # want: net!~
    return [*Pager(url)]

def member(url, x):  # want: net!~
    return x in Pager(url)

def joined(url):  # want: net!~
    return ",".join(Pager(url))

def from_gen():  # want: net!~
    yield from Pager("x")

def filt(url):  # want: net!~ stdout~
    return [x for x in filter(lambda r: print(r), Pager(url))]

def two_arg():  # want: clock~
    for x in iter(time.time, 0):
        pass


def dropped(paths):  # want:
    map(open, paths)
    map(lambda p: print(p), paths)


def taken(paths):  # want: fs.read!
    for f in map(open, paths):
        f.close()
