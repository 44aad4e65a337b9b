import logging
import os


class Once:
    def __init__(self, func):  # want:
        self.func = func
        self.done = False

    def __call__(self, *args):  # want: fs.write!
        if not self.done:
            self.done = True
            return self.func(*args)


@Once
def prepare(folder):  # want: fs.write!
    os.makedirs(folder)


class Tag:
    def __init__(self, name):  # want:
        self.name = name

    def __call__(self, func):  # want:
        def inner(*args):
            logging.info(self.name)
            return func(*args)

        return inner


@Tag("x")
def double(n):
    return n * 2


def setup():  # want: fs.write!
    prepare("/tmp/x")


def two():  # want: log
    return double(1)
