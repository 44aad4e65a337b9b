import json
import sys
import time


def read(path):  # want: fs.read!
    return sys.stdin if path == "-" else open(path)


def choose(fast):  # want: sleep!
    (time.sleep if not fast else abs)(1)


def short(path, cache):  # want: fs.read!
    return cache.get(path) or json.load(open(path))


def chained(x):  # want: clock
    return x and x > 1 and time.time()


def fstring():  # want: clock
    return f"now {time.time():.1f}"


def assertion(x):  # want: clock
    assert x < time.time(), "late"


def subscript(rows):  # want: clock
    return rows[int(time.time()) % 2 :]
