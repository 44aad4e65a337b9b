# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class build_py(Command):
    @effect("fs.write")
    def run(self): ...
