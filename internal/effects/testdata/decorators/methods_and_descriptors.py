import functools
import threading
import time


def synchronized(method):  # want:
    @functools.wraps(method)
    def inner(self, *args, **kwargs):
        with self.lock:
            return method(self, *args, **kwargs)

    return inner


class Account:
    def __init__(self):  # want:
        self.lock = threading.Lock()
        self.total = 0

    @synchronized
    def add(self, n):
        self.total += n

    @synchronized
    def slow(self):
        time.sleep(1)

    @staticmethod
    @functools.lru_cache
    def now():
        return time.time()


def add(account: Account):  # want:
    account.add(3)


def slow(account: Account):  # want: sleep!
    account.slow()


def now():  # want: clock
    return Account.now()
