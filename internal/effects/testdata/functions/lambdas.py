import os
import random
import time


delay = lambda: time.sleep(1)  # noqa: E731
actions = [lambda: os.getcwd(), lambda: random.random()]


def wait():  # want: sleep!
    delay()


def by_mtime(paths):  # want: fs.read!
    return sorted(paths, key=lambda p: os.path.getmtime(p))


def by_name(paths):  # want:
    return sorted(paths, key=lambda p: p.lower())


def any_action():  # want: random
    for action in actions:
        action()


def stored():  # want:
    return lambda: time.sleep(5)


def immediate():  # want: sleep!
    return (lambda n: time.sleep(n))(3)


def default(now=lambda: time.time()):  # want: clock
    return now()
