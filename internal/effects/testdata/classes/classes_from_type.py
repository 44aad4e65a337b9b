"""Classes that a call of type makes."""
import os
import shutil


def remove(self):  # want: fs.write!
    shutil.rmtree(self.path)


def describe(self):  # want:
    return self.path


Folder = type("Folder", (), {"path": "/tmp/x", "remove": remove, "describe": describe})


class Resource:
    path = "/srv"

    def touch(self):  # want: fs.write!
        open(self.path, "a").close()

    def name(self):  # want:
        return self.path

    def finish(self):  # want: fs.write! stdout
        self.touch()
        print("done")


Temporary = type("Temporary", (Resource,), {"drop": lambda self: os.remove(self.path), "home": lambda self: os.environ["HOME"], "end": lambda self: self.finish()})


def clean():  # want: fs.write!
    Folder().remove()


def tell():  # want:
    return Folder().describe()


def drop():  # want: fs.write!
    Temporary().drop()


def home():  # want: env
    return Temporary().home()


def end():  # want: fs.write! stdout
    Temporary().end()


def name():  # want:
    return Temporary().name()


def make(kind):
    return type(kind, (Resource,), {})


def use():  # want: fs.write!
    make("Odd")().touch()


class Sub(make("Base")):
    def run(self):  # want: fs.write!
        self.touch()


def kind_of(x):  # want:
    return type(x)
