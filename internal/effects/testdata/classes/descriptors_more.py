import os
import time

class EnvVar:
    def __init__(self, name):  # want:
        self.name = name
    def __get__(self, obj, owner=None):  # want: env
        return os.environ[self.name]
    def __set__(self, obj, value):  # want: state
        os.environ[self.name] = value

class Stamped:
    def __set_name__(self, owner, name):  # want:
        self.attr = "_" + name
    def __get__(self, obj, owner=None):  # want:
        return getattr(obj, self.attr)
    def __set__(self, obj, value):  # want: clock
        setattr(obj, self.attr, (time.time(), value))

class Config:
    url = EnvVar("URL")
    mode = Stamped()

    @property
    def home(self):  # want:
        return self._home
    @home.setter
    def home(self, value):  # want: stdout
        print("home", value)
        self._home = value
    @home.deleter
    def home(self):  # want: fs.write!
        os.unlink(self._home)

def read(c: Config):  # want: env
    return c.url

def write(c: Config):  # want: clock
    c.mode = "fast"

def set_home(c: Config):  # want: stdout
    c.home = "/x"

def get_home(c: Config):  # want:
    return c.home

def del_home(c: Config):  # want: fs.write!
    del c.home

class Proxy:
    def __init__(self, target):  # want:
        self._t = target
    def __getattr__(self, name):  # want: stdout
        print("proxy", name)
        return getattr(self._t, name)
    def __setattr__(self, name, value):  # want:
        object.__setattr__(self, name, value)

def via_proxy():  # want: stdout
    return Proxy(3).anything

def known_attr():  # want:
    return Proxy(3)._t
