import gzip


class Reader:
    def read(self, path):
        raise NotImplementedError


class Plain(Reader):
    def read(self, path):  # want: fs.read!
        return open(path).read()


class Zip(Reader):
    def read(self, path):  # want: fs.read!
        return gzip.open(path).read()


class Null(Reader):
    def read(self, path):  # want:
        return ""


READERS = {".txt": Plain, ".gz": Zip}


def load(path, ext):  # want: fs.read!
    return READERS[ext]().read(path)


def nothing(path):  # want:
    return Null().read(path)


def cls(ext):  # want:
    return READERS[ext]
