# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class build_clib(Command):
    @effect("subprocess")
    @effect("fs.write")
    def run(self): ...
