import requests
import time

class Command:
    name = ""
    def run(self, arg):  # want:
        raise NotImplementedError

class Fetch(Command):
    name = "fetch"
    def run(self, arg):  # want: net!
        requests.get(arg)

class Wait(Command):
    name = "wait"
    def run(self, arg):  # want: sleep!
        time.sleep(arg)

COMMANDS = {c.name: c for c in (Fetch, Wait)}
BY_SUB = {}

def run(name, arg):  # want: net!~ sleep!~
    COMMANDS[name]().run(arg)

def by_subclass(name):  # want:
    for c in Command.__subclasses__():
        if c.name == name:
            return c()

class App:
    def __init__(self):  # want:
        self.routes = {}
    def route(self, path):  # want:
        def deco(f):  # want:
            self.routes[path] = f
            return f
        return deco
    def handle(self, path):  # want: clock
        return self.routes[path]()
    def do(self, verb, x):  # want: stdout
        return getattr(self, "do_" + verb)(x)
    def do_print(self, x):  # want: stdout
        print(x)

app = App()

@app.route("/")
def index():  # want: clock
    return time.time()

def serve():  # want: clock
    return app.handle("/")

def verb():  # want: stdout
    app.do("print", 1)

OPS = [
    ("a", print),
    ("b", time.time),
]
def ops():  # want: stdout~ clock~
    for name, f in OPS:
        f()
