# want-import:
import time
import logging
log = logging.getLogger("m")

def auth(next):  # want:
    def inner(req):  # want: fs.read!~ log~ stdout clock~
        print("auth")
        return next(req)
    return inner

def timing(next):  # want:
    def inner(req):  # want: fs.read!~ log stdout~ clock
        t = time.time()
        r = next(req)
        log.info(time.time() - t)
        return r
    return inner

MIDDLEWARE = [auth, timing]

def build(handler):  # want:
    for m in reversed(MIDDLEWARE):
        handler = m(handler)
    return handler

def final(req):  # want: fs.read!
    return open(req).read()

app = build(final)

def serve(req):  # want: fs.read!~ log~ stdout~ clock~
    return app(req)

class Hooks:
    def __init__(self):  # want:
        self._h = {}
    def add(self, name, fn):  # want:
        self._h.setdefault(name, []).append(fn)
    def fire(self, name, *a):  # want: sleep!
        for fn in self._h.get(name, ()):
            fn(*a)

hooks = Hooks()
hooks.add("x", lambda: time.sleep(1))

def fire():  # want: sleep!
    hooks.fire("x")
