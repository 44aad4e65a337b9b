# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class bdist(Command):
    @effect("subprocess")
    @effect("fs.write")
    def run(self): ...
