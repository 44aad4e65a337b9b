import os
import random


def newest(paths):  # want: fs.read!
    return max(paths, key=os.path.getmtime)


def shuffled(rows):  # want: random
    rows.sort(key=lambda row: random.random())
    return rows


def plain(rows):  # want:
    rows.sort(key=len)
    return min(rows, key=str.lower)


def smallest(paths):  # want: fs.read!
    def size(path):  # want: fs.read!
        return os.path.getsize(path)

    return sorted(paths, key=size)[0]
