# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class install_scripts(Command):
    @effect("fs.write")
    def run(self): ...
