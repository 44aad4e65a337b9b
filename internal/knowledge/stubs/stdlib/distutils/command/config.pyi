# Facts: Python documentation, "distutils".
from distutils.cmd import Command

class config(Command):
    @effect("subprocess")
    @effect("fs.write")
    def try_compile(self, body, headers=..., include_dirs=..., lang=...): ...
    @effect("subprocess")
    @effect("fs.write")
    def try_link(self, body, headers=..., include_dirs=..., libraries=..., library_dirs=..., lang=...): ...
    @effect("subprocess")
    @effect("fs.write")
    def try_run(self, body, headers=..., include_dirs=..., libraries=..., library_dirs=..., lang=...): ...
