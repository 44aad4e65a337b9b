import functools
import random
import time


def retry(times=3, wait=1.0):  # want:
    def decorate(func):  # want:
        @functools.wraps(func)
        def inner(*args, **kwargs):
            for n in range(times):
                try:
                    return func(*args, **kwargs)
                except OSError:
                    time.sleep(wait * n)
            raise RuntimeError("gave up")

        return inner

    return decorate


@retry(times=5)
def flaky():
    return random.random()


@retry()
def write(path):
    open(path, "w").close()


def use():  # want: random sleep!
    return flaky()


def save(path):  # want: fs.write! sleep!
    write(path)
