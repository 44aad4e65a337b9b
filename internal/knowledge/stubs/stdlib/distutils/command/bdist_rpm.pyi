# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class bdist_rpm(Command):
    @effect("subprocess")
    @effect("fs.write")
    def run(self): ...
