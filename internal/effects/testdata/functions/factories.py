import logging

import redis
import requests


def make_session(token):  # want:
    session = requests.Session()
    session.headers["Authorization"] = token
    return session


def make_cache(kind):  # want:
    if kind == "redis":
        return redis.Redis()
    return {}


def fetch(token):  # want: net!
    session = make_session(token)
    return session.get("https://example.com")


def lookup(kind, key):  # want: db!
    return make_cache(kind).get(key)


def make_logger(name):  # want:
    logger = logging.getLogger(name)
    return logger.info


def say(text):  # want: log
    write = make_logger("say")
    write(text)
