# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class clean(Command):
    @effect("fs.write")
    def run(self): ...
