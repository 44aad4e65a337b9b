import requests


def a(x):  # want: net!
    return b(x)


def b(x):  # want: net!
    return c(x) if x else None


def c(x):  # want: net!
    return [d(y) for y in x]


def d(x):  # want: net!
    return E(x).value()


class E:
    def __init__(self, x):  # want:
        self.x = x

    def value(self):  # want: net!
        return f(self)


def f(e):  # want: net!
    return g(lambda: requests.get(e.x))


def g(action):  # want: net!
    return action()
