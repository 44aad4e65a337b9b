import logging

import httpx


def send(method, url, **options):  # want: net!
    with httpx.Client() as client:
        return client.request(method, url, **options)


def logged(func, *args, **kwargs):
    logging.debug("calling %s", func)
    return func(*args, **kwargs)


def add(a, b):  # want:
    return a + b


def fetch(url):  # want: net! log
    return logged(send, "GET", url, timeout=3)


def plus(a, b):  # want: log
    return logged(add, a, b)


def forward(*args, **kwargs):  # want: net!
    return send(*args, **kwargs)
