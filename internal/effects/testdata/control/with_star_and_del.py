import os
import tempfile
import weakref


class Temp:
    def __init__(self):  # want: fs.write!
        fd, self.path = tempfile.mkstemp()

    def __del__(self):  # want: fs.write!
        os.unlink(self.path)


class Later:
    def __init__(self, path):  # want:
        self._final = weakref.finalize(self, os.remove, path)


def make():  # want: fs.write!
    return Temp()


def later(path):  # want:
    return Later(path)
