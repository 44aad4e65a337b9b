import logging
import smtplib
import threading
import weakref
from collections import defaultdict

log = logging.getLogger(__name__)

class Signal:
    def __init__(self, name):  # want:
        self.name = name
        self._slots = []
    def connect(self, fn=None, *, once=False):  # want:
        if fn is None:
            return lambda f: self.connect(f, once=once)
        self._slots.append((fn, once))
        return fn
    def send(self, *args, **kw):  # want: net!~ log~ stdout~ notify!~
        for fn, once in list(self._slots):
            fn(*args, **kw)
            if once:
                self._slots.remove((fn, once))
    def send_later(self, delay, *args):  # want: net~ thread log~ stdout~ notify~
        t = threading.Timer(delay, self.send, args)
        t.start()
        return t

saved = Signal("saved")
deleted = Signal("deleted")

@saved.connect
def audit(obj):  # want: log
    log.info("saved %r", obj)

@saved.connect(once=True)
def welcome(obj):  # want: net! notify!
    with smtplib.SMTP("x") as s:
        s.sendmail("a", "b", str(obj))

class Model:
    def save(self):  # want: net!~ log~ stdout~ notify!~
        saved.send(self)
    def delete(self):  # want: net!~ log~ stdout~ notify!~
        deleted.send(self)

deleted.connect(lambda obj: print("gone", obj))

def save_all(ms: list[Model]):  # want: net!~ log~ stdout~ notify!~
    for m in ms:
        m.save()

def soon(m):  # want: net~ thread log~ stdout~ notify~
    saved.send_later(3, m)
