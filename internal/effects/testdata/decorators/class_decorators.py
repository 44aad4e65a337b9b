# want-import: stdout clock
import functools
import time
import logging
log = logging.getLogger("x")

def register(cls):  # want: stdout
    print("register", cls)
    return cls

@register
class A:
    def go(self):  # want: clock
        return time.time()

def timed_methods(cls):  # want:
    for name, attr in list(vars(cls).items()):
        if callable(attr):
            setattr(cls, name, attr)
    return cls

@timed_methods
class B:
    def go(self):  # want: stdout
        print("b")

def singleton(cls):  # want:
    inst = {}
    @functools.wraps(cls)
    def get(*a, **k):  # want: sleep!
        if cls not in inst:
            inst[cls] = cls(*a, **k)
        return inst[cls]
    return get

@singleton
class Conn:
    def __init__(self):  # want: sleep!
        time.sleep(1)
    def query(self):  # want: stdout
        print("q")

class Body:
    print("class body")
    t = time.time()
    def m(self):  # want:
        pass

def a(): A().go()  # want: clock
def b(): B().go()  # want: stdout
def c(): Conn().query()  # want: sleep! stdout

def method_deco(f):  # want:
    def inner(self, *a):  # want: log stdout
        self.log(f.__name__)
        return f(self, *a)
    return inner

class E:
    def log(self, m):  # want: log
        log.info(m)
    @method_deco
    def run(self):  # want: stdout
        print("run")
def e(): E().run()  # want: log stdout

def optional(fn=None, *, level=1):  # want:
    def deco(f):  # want:
        @functools.wraps(f)
        def w(*a, **k):  # want: sleep! log stdout
            log.info("x")
            return f(*a, **k)
        return w
    return deco(fn) if fn else deco

@optional
def o1(): print("1")  # want: stdout
@optional(level=2)
def o2(): time.sleep(1)  # want: sleep!
def use_o1(): o1()  # want: log~ stdout~
def use_o2(): o2()  # want: sleep! log

@functools.wraps(a)
def pretend(): return 1  # want:
