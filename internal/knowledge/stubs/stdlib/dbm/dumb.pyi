# Facts: Python documentation, "dbm".
from dbm import _Database
@effect("db", sink="file")
def open(file, flag=..., mode=...) -> _Database: ...
