import json
import logging
import threading

class Handler(logging.Handler):
    def emit(self, record):  # want: stdout
        print(record)

class Encoder(json.JSONEncoder):
    def default(self, o):  # want: stdout
        print(o)
        return super().default(o)

def encode(x):  # want: stdout
    return json.dumps(x, cls=Encoder)

def hook(d):  # want: stdout
    print(d)
    return d

def decode(s):  # want: stdout
    return json.loads(s, object_hook=hook)

class A:
    def __init__(self):  # want: stdout
        print("a")
class B(A):
    def __init__(self):  # want: stdout
        super().__init__()
        self.x = 1
class C(A):
    pass
class D(B, C):
    def __init__(self):  # want: stdout
        super(D, self).__init__()

def d():  # want: stdout
    return D()
def c():  # want: stdout
    return C()

class Base:
    def template(self):  # want: fs.read!
        self.step()
    def step(self):  # want:
        pass
class Impl(Base):
    def step(self):  # want: fs.read!
        open("x").read()

def base_only():  # want:
    Base().template()
def impl():  # want: fs.read!
    Impl().template()
