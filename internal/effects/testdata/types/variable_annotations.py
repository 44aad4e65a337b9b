import redis
import requests

cache: redis.Redis
SESSION: "requests.Session" = None


def setup(factory):  # want: state
    global cache
    cache = factory()


def hit(key):  # want: db!
    return cache.get(key)


def call(url):  # want: net!
    return SESSION.get(url)


def local(factory, key):  # want: db.write!
    conn: redis.Redis = factory()
    conn.set(key, 1)
