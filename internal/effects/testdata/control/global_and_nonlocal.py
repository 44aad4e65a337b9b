import redis

_client = None
_hits = {"n": 0}


def client():  # want: state
    global _client
    if _client is None:
        _client = redis.Redis()
    return _client


def get(key):  # want: state db!
    return client().get(key)


def hit():  # want: state
    _hits["n"] += 1


def counter():  # want:
    n = 0

    def up():  # want:
        nonlocal n
        n += 1
        return n

    return up


def shadow():  # want:
    _hits = {}
    _hits["n"] = 1
    return _hits
