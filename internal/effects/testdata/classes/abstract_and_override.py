from abc import ABC, abstractmethod

import redis


class Cache(ABC):
    @abstractmethod
    def get(self, key): ...

    def get_or(self, key, default):
        value = self.get(key)
        return default if value is None else value


class Memory(Cache):
    def __init__(self):  # want:
        self.data = {}

    def get(self, key):  # want:
        return self.data.get(key)


class Redis(Cache):
    def __init__(self):  # want:
        self.conn = redis.Redis()

    def get(self, key):  # want: db!
        return self.conn.get(key)


def fast(key):  # want:
    return Memory().get_or(key, 1)


def shared(key):  # want: db!
    return Redis().get_or(key, 1)


def any_cache(cache: Cache, key):  # want: db!
    return cache.get(key)
