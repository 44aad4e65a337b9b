import functools
import os
import subprocess
import weakref
from pathlib import Path

class Registry(type):
    classes = []
    def __new__(mcs, name, bases, ns):
        cls = super().__new__(mcs, name, bases, ns)
        mcs.classes.append(cls)
        return cls
    def __call__(cls, *args, **kwargs):  # want: subprocess!
        made = super().__call__(*args, **kwargs)
        made.setup()
        return made

class Job(metaclass=Registry):
    def setup(self):  # want: subprocess!
        subprocess.run(["true"])
    def run(self):  # want: fs.write!
        os.remove("x")

class Quiet(metaclass=Registry):
    def __init__(self, x):  # want:
        self.x = x
    def setup(self):  # want:
        self.ready = True

def make():  # want: subprocess!
    return Job()

def quiet():  # want:
    return Quiet(1).x

def run_all():  # want: subprocess! fs.write!
    for c in Registry.classes:
        c().run()

@functools.singledispatch
def dump(value):  # want:
    raise TypeError(value)

@dump.register(Path)
def _dump_path(value):  # want: fs.read!
    return value.read_text()

class Renderer:
    @functools.singledispatchmethod
    def render(self, value):  # want:
        return None
    @render.register(Path)
    def _render_path(self, value):  # want: fs.read!
        return value.read_bytes()

def show(value):  # want: fs.read!
    return dump(value)

def remove():  # want: fs.write!
    os.remove("y")

class Loud:
    def call(self):  # want: stdout
        print("called")

def by_reference():  # want: fs.write!
    held = weakref.ref(remove)
    if held() is not None:
        held()()

def by_method(loud: Loud):  # want: stdout
    weakref.WeakMethod(loud.call)()()
    weakref.proxy(loud).call()
