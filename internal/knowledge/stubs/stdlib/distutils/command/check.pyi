# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class check(Command):
    @effect("fs.read")
    def run(self): ...
