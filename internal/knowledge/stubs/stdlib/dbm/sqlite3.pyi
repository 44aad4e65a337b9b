# Facts: Python documentation, "dbm".
from dbm import _Database
@effect("db", sink="filename")
def open(filename, /, flag=..., mode=...) -> _Database: ...
