# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class build_ext(Command):
    @effect("subprocess")
    @effect("fs.write")
    def run(self): ...
