# want-import: env
"""Decorator arguments and defaults run when the module is imported."""
import os
import time


def tagged(name):  # want:
    def decorate(func):  # want:
        return func

    return decorate


@tagged(os.environ["TAG"])
def work(x, n=3):  # want: sleep!
    time.sleep(n)


def call():  # want: sleep!
    work(1)


class Box:
    size = int(os.getenv("SIZE", "3"))

    def area(self):  # want:
        return self.size**2
