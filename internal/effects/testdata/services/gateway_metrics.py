"""Wrapping a client with timing and logging, by composition and by decorator."""
import functools
import logging
import time

import httpx

log = logging.getLogger(__name__)


def measured(func):  # want:
    @functools.wraps(func)
    def inner(self, *args, **kwargs):
        start = time.perf_counter()
        try:
            return func(self, *args, **kwargs)
        finally:
            log.info("%s took %.3f", func.__name__, time.perf_counter() - start)

    return inner


class Gateway:
    def __init__(self, client: httpx.Client | None = None):  # want:
        self.client = client or httpx.Client()

    @measured
    def get(self, path):
        return self.client.get(path)

    @measured
    def local(self, path):
        return path.upper()


def remote():  # want: net! clock log
    return Gateway().get("/x")


def local():  # want: clock log
    return Gateway().local("x")
