import os
import time

def env_property(name):  # want:
    def get(self):  # want: env
        return os.environ[name]
    return property(get)

def cached(fn):  # want:
    key = "_" + fn.__name__
    @property
    def inner(self):  # want: clock
        if not hasattr(self, key):
            setattr(self, key, fn(self))
        return getattr(self, key)
    return inner

class C:
    url = env_property("URL")
    @cached
    def started(self):  # want: clock
        return time.time()
    x = property(lambda self: print("x"))
    def _get(self): return open("x").read()  # want: fs.read!
    def _set(self, v): os.remove("x")  # want: fs.write!
    y = property(_get, _set)
    alias = started

    @staticmethod
    def make():  # want:
        return C()

class lazyprop:
    def __init__(self, fn):  # want:
        self.fn = fn
    def __get__(self, obj, typ=None):  # want: fs.read!
        v = self.fn(obj)
        obj.__dict__[self.fn.__name__] = v
        return v

class D:
    @lazyprop
    def data(self):  # want: fs.read!
        return open("d").read()

class classproperty:
    def __init__(self, f): self.f = f  # want:
    def __get__(self, obj, owner): return self.f(owner)  # want: stdout

class E:
    @classproperty
    def n(cls):  # want: stdout
        print("n")

def a(): return C().url  # want: env
def b(): return C.make().started  # want: clock
def c(): return C().x  # want: stdout
def d(): return C().y  # want: fs.read!
def e(): C().y = 1  # want: fs.write!
def f(): return D().data  # want: fs.read!
def g(): return E.n  # want: stdout
def h(c: C): return c.alias  # want: clock
