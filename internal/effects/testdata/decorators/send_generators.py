import contextlib
import time

def averager():  # want: stdout
    total = 0
    while True:
        x = yield total
        print(x)
        total += x

def drive():  # want: stdout
    g = averager()
    next(g)
    g.send(3)
    g.close()

def make():  # want:
    return averager()

def throw():  # want: stdout
    g = make()
    g.throw(ValueError)

@contextlib.contextmanager
def timer(name):  # want: stdout clock
    start = time.perf_counter()
    yield
    print(name, time.perf_counter() - start)

@timer("work")
def work():  # want:
    return 1

def use():  # want: stdout~ clock~
    work()

class Guard(contextlib.ContextDecorator):
    def __enter__(self):  # want: stdout
        print("in")
    def __exit__(self, *a):  # want:
        return False

@Guard()
def guarded():  # want:
    return 2

def use2():  # want: stdout~
    guarded()

def closing(x):  # want: fs.read!
    with contextlib.closing(open(x)) as f:
        return f.name
def redirect():  # want: state
    import io
    with contextlib.redirect_stdout(io.StringIO()):
        return 1
