"""A class made from collections.abc has methods that do their work by those it writes itself."""
from collections.abc import Mapping, MutableMapping, MutableSequence, MutableSet
from pathlib import Path


class Files(MutableMapping):
    def __init__(self, root):
        self.root = Path(root)

    def __getitem__(self, key):  # want: fs.read!
        return (self.root / key).read_text()

    def __setitem__(self, key, value):  # want: fs.write!
        (self.root / key).write_text(value)

    def __delitem__(self, key):  # want: stdout
        print("drop", key)

    def __iter__(self):
        yield from ()

    def __len__(self):  # want:
        return 0


class Environment(Mapping):
    def __getitem__(self, key):  # want: env
        import os

        return os.environ[key]

    def __iter__(self):  # want: log
        import logging

        logging.info("all")
        yield "HOME"

    def __len__(self):  # want:
        return 1


class Log(MutableSequence):
    def __getitem__(self, i):  # want:
        return ""

    def __setitem__(self, i, x):  # want:
        pass

    def __delitem__(self, i):  # want:
        pass

    def __len__(self):  # want:
        return 0

    def insert(self, i, x):  # want: stdout
        print(x)


class Once(MutableSet):
    def __contains__(self, x):  # want:
        return False

    def __iter__(self):  # want:
        return iter(())

    def __len__(self):  # want:
        return 0

    def add(self, x):  # want:
        pass

    def discard(self, x):  # want: stdout
        print(x)


def look(files: Files, key):  # want: fs.read!
    return files.get(key, "")


def keep(files: Files):  # want: fs.read! fs.write!
    return files.setdefault("a", "b")


def fill(files: Files):  # want: fs.write!
    files.update(a="1")


def take(files: Files):  # want: fs.read! stdout
    return files.pop("a")


def names(environment: Environment):  # want: log
    return list(environment.keys())


def known(environment: Environment, key):  # want: env
    return key in environment


def say(log: Log):  # want: stdout
    log.append("x")


def forget(seen: Once):  # want: stdout
    seen.remove("x")
