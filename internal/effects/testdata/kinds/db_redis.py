import json

import redis

pool = redis.Redis(host="cache", decode_responses=True)


def cached(key):  # want: db!
    text = pool.get(key)
    return json.loads(text) if text else None


def remember(key, value, ttl=60):  # want: db.write!
    pool.set(key, json.dumps(value), ex=ttl)


def forget(key):  # want: db.write!
    pool.delete(key)


def through(key, compute):  # want: db! db.write!
    value = cached(key)
    if value is None:
        value = compute(key)
        remember(key, value)
    return value
