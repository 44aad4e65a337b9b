import os
import time

TABLE = {"a": {"run": time.sleep, "undo": len}, "b": [os.remove, len]}


def deep(n):  # want: sleep!
    TABLE["a"]["run"](n)


def undo(x):  # want:
    return TABLE["a"]["undo"](x)


def indexed(path):  # want: fs.write!
    TABLE["b"][0](path)


def starred(path):  # want: fs.write!
    first, *rest = [os.remove, len, max]
    first(path)


def merged(n):  # want: sleep!
    table = {**TABLE["a"], "x": 1}
    table["run"](n)


def popped(n):  # want: sleep!
    stack = [time.sleep]
    stack.pop()(n)


def comprehension(n):  # want: sleep!
    table = {k: f for k, f in [("s", time.sleep)]}
    table["s"](n)
