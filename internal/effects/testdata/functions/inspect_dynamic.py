import importlib
import operator
import random
import time

def load(name):  # want: exec
    return importlib.import_module(name)

def by_attr(obj):  # want:
    return operator.attrgetter("x")(obj)

def methodcaller():  # want: # miss: sleep!
    return operator.methodcaller("sleep", 1)(time)

def globals_():  # want: # miss: stdout
    return globals()["target"]()

def target():  # want: stdout
    print("t")

def vars_(name):  # want:
    return locals()

class Dyn:
    pass

def method(self):  # want: sleep!
    time.sleep(1)

Dyn.run = method
setattr(Dyn, "go", method)

def use():  # want: sleep!
    Dyn().run()

def use2():  # want: sleep!
    Dyn().go()

Made = type("Made", (), {"run": lambda self: print("x")})
def use3():  # want: stdout
    Made().run()

def monkey():  # want: state
    random.random = lambda: 4
