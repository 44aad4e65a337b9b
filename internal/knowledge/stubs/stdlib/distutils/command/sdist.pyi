# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class sdist(Command):
    @effect("fs.write")
    def run(self): ...
