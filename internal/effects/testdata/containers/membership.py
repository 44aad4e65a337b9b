import os
import shelve


class Index:
    def __init__(self, path):  # want:
        self.path = path

    def __contains__(self, key):  # want: fs.read!
        with open(self.path) as f:
            return key in f.read()


def has(index: Index, key):  # want: fs.read!
    return key in index


def lacks(index: Index, key):  # want: fs.read!
    return key not in index


def configured():  # want: env
    return "TOKEN" in os.environ and "URL" in os.environ


def in_list(key):  # want:
    return key in ["a", "b"]


def in_dict(key, table):  # want:
    return key in table
