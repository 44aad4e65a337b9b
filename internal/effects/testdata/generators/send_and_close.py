import contextlib
import logging


def averager():  # want: log
    total = count = 0
    while True:
        value = yield total / count if count else 0
        logging.info("got %s", value)
        total, count = total + value, count + 1


def feed(values):  # want: log
    gen = averager()
    next(gen)
    for v in values:
        gen.send(v)
    gen.close()


def made():  # want: # extra: log
    gen = averager()
    return contextlib.closing(gen)
