import threading
import requests

_lock = threading.Lock()
_client = None

def client():  # want: state
    global _client
    if _client is None:
        with _lock:
            if _client is None:
                _client = requests.Session()
    return _client

def get(u):  # want: net! state
    return client().get(u, timeout=1)

class Holder:
    instance = None
    @classmethod
    def get(cls):  # want: state
        if cls.instance is None:
            cls.instance = cls()
        return cls.instance
    def send(self):  # want: stdout
        print("x")

def use():  # want: stdout state
    Holder.get().send()

_local = threading.local()
def tl():  # want: state
    _local.x = 1

REG = {"n": 0}
def nested():  # want: state
    REG["n"] += 1

def setdef(k):  # want: state
    return REG.setdefault(k, [])

def alias():  # want: state
    r = REG
    r["x"] = 1

def passes():  # want:
    fill(REG)

def fill(d):  # want:
    d["a"] = 1

def local_fill():  # want:
    d = {}
    fill(d)
    return d
class Conf: pass
conf = Conf()
def setattr_mod():  # want: state
    conf.debug = True
