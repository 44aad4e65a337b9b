# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class install_egg_info(Command):
    @effect("fs.write")
    def run(self): ...
