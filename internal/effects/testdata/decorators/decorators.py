import functools
import logging
import time
import random

log = logging.getLogger(__name__)

def traced(fn):  # want:
    @functools.wraps(fn)
    def wrapper(*args, **kwargs):  # want: log random
        log.info("call %s", fn.__name__)
        return fn(*args, **kwargs)
    return wrapper

def retry(times):  # want:
    def deco(fn):  # want:
        def inner(*a, **k):  # want: fs.read! sleep!
            for _ in range(times):
                try:
                    return fn(*a, **k)
                except OSError:
                    time.sleep(1)
        return inner
    return deco

class Counted:
    def __init__(self, fn):  # want:
        self.fn = fn
        self.n = 0

    def __call__(self, *args):  # want: stdout clock
        self.n += 1
        print(self.n)
        return self.fn(*args)

@traced
def draw():  # want: random
    return random.random()

@retry(times=3)
def read(path):  # want: fs.read!
    return open(path).read()

@Counted
def now():  # want: clock
    return time.time()

def use_draw():  # want: log random
    return draw()

def use_read(p):  # want: fs.read! sleep!
    return read(p)

def use_now():  # want: stdout clock
    return now()

def disabled(fn):  # want:
    return lambda *a: None

@disabled
def gone():  # want: stdout
    print("x")

def use_gone():  # want:
    gone()
