import os


class Scan:
    def __init__(self, folder):  # want:
        self.entries = self._entries(folder)

    def _entries(self, folder):  # want: fs.read!
        for name in os.listdir(folder):
            yield name

    def names(self):  # want: fs.read!
        return sorted(self.entries)

    def describe(self):  # want:
        return "scan"


def by_argument(folder):  # want: fs.read!
    return longest(Scan(folder).entries)


def longest(names):
    return max(names, key=len)


def held(folder):  # want:
    return {"scan": Scan(folder).entries}
