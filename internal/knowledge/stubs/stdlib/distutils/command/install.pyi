# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class install(Command):
    @effect("fs.write")
    def run(self): ...
