import functools
import time
import requests
from collections import namedtuple
from typing import NamedTuple

class Api:
    def _req(self, method, path):  # want: net!
        return requests.request(method, path, timeout=1)
    get = functools.partialmethod(_req, "GET")

    @functools.singledispatchmethod
    def show(self, x):  # want: stdout
        print(x)
    @show.register
    def _(self, x: int):  # want: sleep!
        time.sleep(x)

class Point(NamedTuple):
    x: int
    def loud(self):  # want: stdout
        print(self.x)

class Temp:
    def __lt__(self, other):  # want: stdout
        print("lt")
        return True
    def __format__(self, spec):  # want: clock
        time.time()
        return "x"
    def __iadd__(self, o):  # want: stdout
        print("iadd")
        return self
    def __radd__(self, o):  # want: sleep!
        time.sleep(1)
        return o
    def __matmul__(self, o):  # want: stdout
        print("@")
    def __neg__(self):  # want: stdout
        print("neg")
    def __class_getitem__(cls, item):  # want:
        return cls
    def __contains__(self, x):  # want: stdout
        print("in")
    def __index__(self):  # want: stdout
        print("index")
        return 1
    def __getitem__(self, s):  # want: clock
        return time.time()

def get():  # want: net!
    return Api().get("x")
def show():  # want: sleep!~ stdout~
    Api().show(3)
def point(p: Point):  # want: stdout
    p.loud()
def sort(ts: list[Temp]):  # want: # miss: stdout
    return sorted(ts)
def fmt(t: Temp):  # want: clock
    return f"{t:x}"
def fmt2(t: Temp):  # want: clock
    return "{}".format(t)
def iadd():  # want: stdout
    t = Temp()
    t += 1
def radd():  # want: sleep!
    return 1 + Temp()
def mat(t: Temp):  # want: stdout
    return t @ 1
def neg(t: Temp):  # want: # miss: stdout
    return -t
def cgi():  # want:
    return Temp[int]
def cmp(a: Temp):  # want: # miss: stdout
    return a < 3
def slc(a: Temp):  # want: clock
    return a[1:2]
def rng(a: Temp):  # want: # miss: stdout
    return list(range(a))
