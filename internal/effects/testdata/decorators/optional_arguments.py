import functools
import time


def slow(func=None, *, seconds=1):
    if func is None:
        return functools.partial(slow, seconds=seconds)

    @functools.wraps(func)
    def inner(*args):
        time.sleep(seconds)
        return func(*args)

    return inner


@slow
def a(x):
    return x


@slow(seconds=3)
def b(x):
    print(x)


def use_a():  # want: sleep!
    return a(1)


def use_b():  # want: sleep! stdout
    return b(1)


def none(x):  # want:
    return x
