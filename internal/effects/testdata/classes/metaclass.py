# want-import: stdout state
import logging
import os
log = logging.getLogger("x")

class Registry(type):
    classes = {}
    def __new__(mcls, name, bases, ns):  # want: state
        cls = super().__new__(mcls, name, bases, ns)
        Registry.classes[name] = cls
        return cls
    def __call__(cls, *a, **k):  # want: log
        log.info("instance")
        return super().__call__(*a, **k)

class Base(metaclass=Registry):
    def __init__(self):  # want: env
        self.home = os.environ["HOME"]

class Child(Base):
    def run(self):  # want: subprocess!
        os.system("x")

class Plugin:
    def __init_subclass__(cls, **kw):  # want: stdout
        super().__init_subclass__(**kw)
        print("plugin", cls)

class One(Plugin):
    pass

def make():  # want: env~ log~
    return Child()

def run_all():  # want: log env subprocess!
    for c in Registry.classes.values():
        c().run()

class Singleton:
    _inst = None
    def __new__(cls):  # want: stdout state
        if cls._inst is None:
            cls._inst = super().__new__(cls)
            print("new")
        return cls._inst

def single():  # want: stdout state
    return Singleton()
