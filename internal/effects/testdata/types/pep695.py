import json
import requests
type Url = str

class Box[T]:
    def __init__(self, item: T) -> None:  # want:
        self.item = item
    def get(self) -> T:  # want:
        return self.item

def first[T](xs: list[T]) -> T:  # want:
    return xs[0]

class Http:
    def go(self):  # want: net!
        return requests.get("x")

def use():  # want: net!
    return Box[Http](Http()).get().go()

def use2(hs: list[Http]):  # want: net!
    return first(hs).go()

def fs(name):  # want: stdout
    return f"{name!r:>{print(3) or 10}}"

def t():  # want: stdout
    x = 3
    return t"{x} {print(x)}"

def deferred(x: print("never evaluated when called") = 1):  # want:
    return x

def lam():  # want: stdout
    return [f := (lambda: print("x")), f()]

def exc():  # want: fs.read! stdout
    try:
        open("x")
    except* OSError as eg:
        print(eg)

def group():  # want: fs.read! fs.write!
    with (open("a") as a, open("b", "w") as b):
        b.write(a.read())
