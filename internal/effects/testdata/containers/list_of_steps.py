import json
import logging
import time

log = logging.getLogger("steps")


def read(path):  # want: fs.read!
    with open(path) as f:
        return json.load(f)


def stamp(rows):  # want: clock
    return [{**row, "at": time.time()} for row in rows]


def report(rows):  # want: log
    log.info("%d rows", len(rows))
    return rows


STEPS = [read, stamp]
STEPS.append(report)


def run(path):  # want: fs.read! clock log
    value = path
    for step in STEPS:
        value = step(value)
    return value


def numbered(path):  # want: fs.read! clock log
    for i, step in enumerate(STEPS, 1):
        path = step(path)


def tuple_of():  # want: fs.read!
    first, second = (read, len)
    return first("x")
