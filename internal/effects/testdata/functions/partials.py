import subprocess
from functools import partial

import requests


def call(method, url, **options):  # want: net!
    return requests.request(method, url, **options)


get = partial(call, "GET")
git = partial(subprocess.run, ["git", "status"])
fast = partial(requests.get, timeout=1)


def page(url):  # want: net!
    return get(url)


def status():  # want: subprocess!
    return git(check=True)


def ping(url):  # want: net!
    return fast(url).ok


def twice(f, *args):
    return partial(f, *args)


def later(url):  # want:
    return twice(call, "GET", url)


def now(url):  # want: net!
    return twice(call, "GET", url)()
