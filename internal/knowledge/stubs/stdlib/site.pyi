# Facts: Python documentation, "site".
@effect("fs.read")
@effect("exec")
@effect("state")
def addsitedir(sitedir, known_paths=...): ...
@effect("fs.read")
@effect("exec")
@effect("state")
def addsitepackages(known_paths, prefixes=...): ...
@effect("fs.read")
@effect("exec")
@effect("state")
def addusersitepackages(known_paths): ...
@effect("fs.read")
@effect("exec")
@effect("state")
def main(): ...
@effect("fs.read")
@effect("exec")
@effect("state")
def addpackage(sitedir, name, known_paths): ...
@effect("fs.read")
def getsitepackages(prefixes=...) -> list[str]: ...
@effect("env")
def getuserbase() -> str: ...
@effect("env")
def getusersitepackages() -> str: ...
