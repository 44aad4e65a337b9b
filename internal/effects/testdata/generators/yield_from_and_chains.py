import itertools
import time


def ticks(n):  # want: sleep!
    for i in range(n):
        time.sleep(1)
        yield i


def both(n):  # want: sleep!
    yield from ticks(n)
    yield from ticks(n)


def use(n):  # want: sleep!
    return [x for x in both(n)]


def lazy(n):  # want:
    return (x * 2 for x in ticks(n))


def consumed(n):  # want: sleep!
    return sum(lazy(n))


def chained(n):  # want: sleep!
    for x in itertools.chain(ticks(n), ticks(n)):
        pass


def sliced(n):  # want: sleep!
    return tuple(itertools.islice(ticks(n), 3))
