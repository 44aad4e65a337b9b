import gzip
import io

READ = "rb"
MODES = {"new": "x", "add": "ab"}


def load(path):  # want: fs.read!
    with open(path, READ) as f:
        return f.read()


def create(path):  # want: fs.write!
    return open(path, "x")


def patch(path):  # want: fs.write!
    return open(path, "r+")


def pack(path, data):  # want: fs.write!
    with gzip.open(path, "wt") as f:
        f.write(data)


def unpack(path):  # want: fs.read!
    with gzip.open(path, "rt") as f:
        return f.read()


def in_memory(data):  # want:
    buffer = io.StringIO()
    buffer.write(data)
    return buffer.getvalue()
