import fcntl
import logging


class FileLock:
    def __init__(self, path):  # want:
        self.path = path

    def __enter__(self):  # want: fs.write!
        self.file = open(self.path, "w")
        return self

    def __exit__(self, kind, value, tb):  # want: log fs.write!
        logging.info("unlocked")
        self.file.flush()

    def note(self, text):  # want: fs.write!
        self.file.write(text)


def locked(path):  # want: fs.write! log
    with FileLock(path) as lock:
        lock.note("x")


def made(path):  # want:
    return FileLock(path)


def several(path):  # want: fs.write! log fs.read!
    with FileLock(path), open("in") as f:
        return f.read()
