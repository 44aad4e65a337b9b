import ftplib
import shutil

REGISTRY = {}


def register(cls):
    REGISTRY[cls.name] = cls
    return cls


def handler(name):
    def decorate(function):
        REGISTRY[name] = function
        return function

    return decorate


@register
class Ftp:
    name = "ftp"

    @classmethod
    def default(cls):  # want:
        return cls()

    def upload(self, path):  # want: net!
        with ftplib.FTP("files") as f:
            f.retrlines("LIST")

    def chained(self):  # want:
        return self


@register
class Local(Ftp):
    name = "local"

    def upload(self, path):  # want: fs.write!
        shutil.move(path, "done")


@handler("archive")
def archive():  # want: fs.write!
    shutil.move("in", "archive")


@handler("skip")
def skip():  # want:
    return 1


def local_only():  # want: fs.write!
    Local().upload("x")


def by_factory():  # want: fs.write!
    Local.default().upload("x")


def by_chain():  # want: fs.write!
    Local().chained().upload("x")


def skip_only():  # want:
    return skip()


def remote():  # want: net!
    Ftp.default().chained().upload("x")
