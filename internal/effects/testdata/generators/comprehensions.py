import os
import random


def size(path):  # want: fs.read!
    return os.path.getsize(path)


def listed(paths):  # want: fs.read!
    return [size(p) for p in paths]


def mapped(paths):  # want: fs.read!
    return {p: size(p) for p in paths}


def collected(paths):  # want: fs.read!
    return {size(p) for p in paths}


def lazy(paths):  # want:
    return (size(p) for p in paths)


def joined(paths):  # want: fs.read!
    return ",".join(str(size(p)) for p in paths)


def condition(paths):  # want: fs.read!
    return any(size(p) > 10 for p in paths)


def nested(groups):  # want: fs.read! random
    return [[size(p) + random.random() for p in g] for g in groups]


def first_source(paths):  # want: fs.read!
    return (p for p in sorted(paths, key=size))
