from typing import Generic, TypeVar
import requests
import json

M = TypeVar("M")

class Repo(Generic[M]):
    model: type[M]
    def load(self, id) -> M:  # want: stdout
        return self.model(id)

class User:
    def __init__(self, id):  # want: stdout
        self.id = id
        print("user")
    def sync(self):  # want: net!
        requests.put("x", timeout=1)

class UserRepo(Repo[User]):
    model = User

class Template:
    def render(self):  # want: fs.read! stdout
        return self.header() + self.body()
    def header(self):  # want:
        return ""
    def body(self):  # want:
        return ""

class Page(Template):
    def body(self):  # want: fs.read!
        return open("body.html").read()

class Cached(Page):
    def header(self):  # want: stdout
        return self.cached_header
    @property
    def cached_header(self):  # want: stdout
        print("h")
        return ""

def sync():  # want: net! stdout
    UserRepo().load(1).sync()

def plain():  # want:
    return Template().render()

def page():  # want: fs.read!
    return Page().render()

def cached():  # want: fs.read! stdout
    return Cached().render()

def lst():  # want: fs.read!~
    out = []
    for c in (Template, Page):
        out.append(c().render())
    return out

class Stack:
    def __init__(self):  # want:
        self.items = []
    def push(self, x):  # want:
        self.items.append(x)
    def pop(self):  # want:
        return self.items.pop()

def stack():  # want: net! stdout
    s = Stack()
    s.push(User(1))
    s.pop().sync()
