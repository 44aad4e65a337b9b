# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class install_headers(Command):
    @effect("fs.write")
    def run(self): ...
