import time
import requests

def call(fn, *args, **kwargs):  # want: net! sleep! stdout clock
    return fn(*args, **kwargs)

def twice(fn):  # want:
    def run(*a):  # want: stdout
        fn(*a)
        return fn(*a)
    return run

def direct():  # want: sleep!
    return call(time.sleep, 3)

def kw():  # want: net!
    return call(fn=requests.get, url="x")

def nested():  # want: stdout
    return call(call, print, "x")

def tw():  # want: stdout
    twice(print)("x")

def unpacked():  # want: sleep!
    args = (time.sleep, 1)
    return call(*args)

def unpacked_kw():  # want: clock
    opts = {"fn": time.time}
    return call(**opts)

def pick(flag):  # want: stdout~ clock~
    return (print if flag else time.time)()

def from_list():  # want: stdout~ clock~
    for f in [print, time.time]:
        f()

def from_dict(name):  # want: stdout~ clock~
    return {"a": print, "b": time.time}[name]()

def bound():  # want: net!
    s = requests.Session()
    get = s.get
    return get("x")

def getattr_const():  # want: sleep!
    return getattr(time, "sleep")(1)

def walrus(x):  # want: stdout
    if (f := print):
        f(x)

def default(x, out=print):  # want: stdout~
    out(x)

def default_over():  # want: # extra: stdout~
    default(1, out=len)

def tuple_ret():  # want:
    return print, time.time

def use_tuple():  # want: clock
    p, t = tuple_ret()
    return t()
