import functools
import logging
import time


def logged(func):  # want:
    @functools.wraps(func)
    def inner(*args, **kwargs):
        logging.info("call %s", func.__name__)
        return func(*args, **kwargs)

    return inner


def timed(func):  # want:
    @functools.wraps(func)
    def inner(*args, **kwargs):
        start = time.perf_counter()
        try:
            return func(*args, **kwargs)
        finally:
            print(time.perf_counter() - start)

    return inner


@logged
def add(a, b):
    return a + b


@logged
@timed
def read(path):
    return open(path).read()


def sum_up(a):  # want: log
    return add(a, 1)


def load(path):  # want: log clock stdout fs.read!
    return read(path)
