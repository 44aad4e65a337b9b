import time
import requests

def make_getter(base, session=None):  # want:
    session = session or requests.Session()
    def get(path):  # want: net!
        return session.get(base + path, timeout=1)
    return get

api = make_getter("http://x")

def use():  # want: net!
    return api("/me")

def counter():  # want:
    def tick():  # want: clock
        return time.time()
    class Inner:
        def go(self):  # want: clock
            return tick()
    return Inner()

def use_inner():  # want: clock
    return counter().go()

def memo(fn):  # want:
    cache = {}
    def inner(k):  # want: fs.read!
        if k not in cache:
            cache[k] = fn(k)
        return cache[k]
    return inner

slow = memo(lambda k: open(k).read())

def use_slow():  # want: fs.read!
    return slow("x")

def outer():  # want: stdout
    def rec(n):  # want: stdout
        if n:
            rec(n - 1)
        print(n)
    rec(3)

def returns_lambda():  # want:
    return lambda: print("x")

def calls_lambda():  # want: stdout
    returns_lambda()()
