import os
import random
import threading

COUNT = 0
CACHE = {}
SEEN = set()
ITEMS = []

class Meter:
    total = 0
    readings = []

    def add(self, n):  # want: state
        Meter.total += n

    @classmethod
    def reset(cls):  # want: state
        cls.total = 0

    def push(self, n):  # want: state
        self.readings.append(n)

    def own(self, n):  # want:
        self.value = n

def bump():  # want: state
    global COUNT
    COUNT += 1

def remember(k, v):  # want: state
    CACHE[k] = v

def forget(k):  # want: state
    CACHE.pop(k, None)

def mark(x):  # want: state
    SEEN.add(x)

def look(k):  # want:
    return CACHE.get(k), k in SEEN, len(ITEMS)

def shadow():  # want:
    CACHE = {}
    CACHE["a"] = 1
    return CACHE

def extend(xs):  # want: state
    global ITEMS
    ITEMS += xs

def local_list():  # want:
    out = []
    out.append(1)
    return out

def move():  # want: state
    os.chdir("/tmp")

def seed():  # want: state
    random.seed(3)

def closure():  # want:
    n = 0
    def inc():  # want:
        nonlocal n
        n += 1
        return n
    return inc()
