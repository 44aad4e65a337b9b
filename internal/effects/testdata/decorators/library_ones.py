from functools import cache, lru_cache, singledispatch, total_ordering

import backoff
import requests
from tenacity import retry, stop_after_attempt


@lru_cache(maxsize=None)
def rates():  # want: net!
    return requests.get("https://rates.example.com").json()


@cache
def names():  # want: fs.read!
    return open("names").read().split()


@retry(stop=stop_after_attempt(3))
def flaky():  # want: net!
    return requests.post("https://example.com").ok


@backoff.on_exception(backoff.expo, OSError)
def stubborn():  # want: net!
    return requests.get("https://example.com").ok


@singledispatch
def show(value):
    print(value)


@show.register
def _(value: int):
    with open("log", "a") as f:
        f.write(str(value))


def use():  # want: net! fs.read!
    return rates(), names()


def tries():  # want: net! # miss: sleep!
    return flaky(), stubborn()


def shown(v):  # want: stdout fs.write!
    show(v)
