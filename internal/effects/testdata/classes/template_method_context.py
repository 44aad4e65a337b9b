"""A method called on a subclass runs the subclass's hooks, and only those."""
import shutil
import subprocess


class Step:
    def execute(self, item):
        prepared = self.prepare(item)
        return self.finish(prepared)

    def prepare(self, item):  # want:
        return item

    def finish(self, item):  # want:
        return item


class Compile(Step):
    def prepare(self, item):  # want: subprocess!
        return subprocess.check_output(["make", item])


class Install(Step):
    def finish(self, item):  # want: fs.write!
        shutil.copy(item, "/usr/local/bin")


def build(item):  # want: subprocess!
    return Compile().execute(item)


def install(item):  # want: fs.write!
    return Install().execute(item)


def nothing(item):  # want:
    return Step().execute(item)
