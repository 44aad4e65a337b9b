import time


def make_sleeper(seconds):  # want:
    def sleeper():  # want: sleep!
        time.sleep(seconds)

    return sleeper


def make_counter():  # want:
    n = 0

    def count():  # want:
        nonlocal n
        n += 1
        return n

    return count


def run():  # want: sleep!
    make_sleeper(2)()


def total():  # want:
    count = make_counter()
    count()
    return count()


def choose(slow):  # want: sleep!
    action = make_sleeper(1) if slow else make_counter()
    return action()
