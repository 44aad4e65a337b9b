import os
import time
import threading

def newest(files):  # want: fs.read!
    return max(files, key=os.path.getmtime)

def order(files):  # want: fs.read!
    files.sort(key=lambda f: os.stat(f).st_size)

def grouped(xs):  # want: stdout
    import itertools
    return [list(g) for k, g in itertools.groupby(xs, key=lambda x: print(x))]

def defaulted():  # want: clock~
    from collections import defaultdict
    d = defaultdict(time.time)
    return d["x"]

def thread_lambda():  # want: thread stdout
    threading.Thread(target=lambda: print("x")).start()

class Btn:
    def __init__(self, command=None):  # want:
        self.command = command
    def click(self):  # want: fs.write!
        if self.command:
            self.command()

def build():  # want:
    return Btn(command=lambda: os.remove("x"))

def click():  # want: fs.write!
    build().click()

ACTIONS = {
    "rm": lambda p: os.remove(p),
    "ls": lambda p: os.listdir(p),
}

def act(name, p):  # want: fs.read!~ fs.write!~
    return ACTIONS[name](p)

compose = lambda f, g: lambda x: f(g(x))
both = compose(print, time.time)

def use_both():  # want: stdout clock
    both(1)

def iife():  # want: stdout
    (lambda: print("now"))()

def sub():  # want: env
    import re
    return re.sub("x", lambda m: os.environ[m[0]], "x")

def cond(x):  # want: stdout~ clock~
    f = (lambda: print(1)) if x else (lambda: time.time())
    f()
