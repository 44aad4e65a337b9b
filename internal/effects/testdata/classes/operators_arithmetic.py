import time


class Delay:
    def __init__(self, seconds):  # want:
        self.seconds = seconds

    def __add__(self, other):  # want: clock
        return Delay(self.seconds + other.seconds + time.time())

    def __lt__(self, other):  # want: stdout
        print("compare")
        return self.seconds < other.seconds

    def __bool__(self):  # want: env
        import os

        return os.getenv("DELAY") is not None

    def __str__(self):  # want: random
        import random

        return str(random.random())

    def __call__(self):  # want: sleep!
        time.sleep(self.seconds)


def both(a: Delay, b: Delay):  # want: clock
    return a + b


def shorter(a: Delay, b: Delay):  # want: # miss: stdout
    return a if a < b else b


def wait(a: Delay):  # want: sleep!
    a()


def on(a: Delay):  # want: env
    if a:
        return 1
    return 0


def text(a: Delay):  # want: random
    return f"<{a}>"
