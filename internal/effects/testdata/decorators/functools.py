import functools
import os
import urllib.request

@functools.lru_cache(maxsize=None)
def setting(name):  # want: env
    return os.environ.get(name)

@functools.cache
def page(url):  # want: net!
    return urllib.request.urlopen(url).read()

@functools.singledispatch
def save(obj):  # want:
    raise TypeError

@save.register
def _(obj: str):  # want: fs.write!
    with open("out.txt", "w") as f:
        f.write(obj)

@save.register(int)
def save_int(obj):  # want: stdout
    print(obj)

class Site:
    def __init__(self, url):  # want:
        self.url = url

    @functools.cached_property
    def body(self):  # want: net!
        return page(self.url)

    @property
    def token(self):  # want: env
        return setting("TOKEN")

    def length(self):  # want: net!
        return len(self.body)

def dump(s: Site):  # want: fs.write!~ env stdout~
    save(s.token)

fetch_home = functools.partial(page, "http://home")

def home():  # want: net!
    return fetch_home()

def smallest(xs):  # want:
    return functools.reduce(lambda a, b: a if a < b else b, xs)
