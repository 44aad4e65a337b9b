# Facts: Python documentation, "distutils".
class FileList:
    @effect("fs.read")
    def findall(self, dir=...): ...

@effect("fs.read")
def findall(dir=...) -> list[str]: ...
