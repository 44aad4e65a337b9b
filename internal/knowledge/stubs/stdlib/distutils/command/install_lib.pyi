# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class install_lib(Command):
    @effect("fs.write")
    def run(self): ...
