# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class build(Command):
    @effect("fs.write")
    def run(self): ...
