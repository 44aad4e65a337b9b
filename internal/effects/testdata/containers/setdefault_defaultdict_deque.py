import time
from collections import ChainMap, defaultdict, deque


def make():  # want:
    return defaultdict(list)


def enqueue(items):  # want: sleep!
    work = deque()
    work.append(time.sleep)
    while work:
        work.popleft()(1)


def grouped():  # want: sleep!
    table = defaultdict(list)
    table["x"].append(time.sleep)
    for f in table["x"]:
        f(1)


def setdefault():  # want: sleep!
    table = {}
    table.setdefault("x", time.sleep)(1)


def chain():  # want:
    return ChainMap({}, {"a": 1})["a"]
