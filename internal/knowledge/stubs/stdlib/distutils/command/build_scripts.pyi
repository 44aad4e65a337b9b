# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class build_scripts(Command):
    @effect("fs.write")
    def run(self): ...
