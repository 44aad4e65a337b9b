import locale
import os
import random
import sys

_registry = {}
_count = 0


def register(name, handler):  # want: state
    _registry[name] = handler


def count():  # want: state
    global _count
    _count += 1
    return _count


def lookup(name):  # want:
    return _registry[name]


def prepare(seed):  # want: state
    random.seed(seed)
    os.chdir("/")


def extend_path(folder):  # want: state
    sys.path.insert(0, folder)


def use_german():  # want: state
    locale.setlocale(locale.LC_ALL, "de_DE")


def local_only(rows):  # want:
    seen = {}
    for row in rows:
        seen[row] = True
    return seen
