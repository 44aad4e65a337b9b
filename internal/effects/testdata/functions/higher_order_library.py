import itertools
import os
import re
import statistics
from functools import reduce


def remove(path):  # want: fs.write!
    os.remove(path)
    return path


def lazily(paths):  # want: # extra: fs.write!
    return map(remove, paths)


def eager(paths):  # want: fs.write!
    return list(map(remove, paths))


def loop(paths):  # want: fs.write!
    for path in filter(remove, paths):
        pass


def folded(paths):  # want: fs.write!
    return reduce(lambda n, p: n + len(remove(p)), paths, 0)


def grouped(paths):  # want:
    return {k: list(g) for k, g in itertools.groupby(sorted(paths), key=os.path.dirname)}


def substituted(text):  # want: env
    return re.sub(r"\$(\w+)", lambda m: os.environ[m.group(1)], text)


def mean(rows):  # want:
    return statistics.mean(map(len, rows))
