# Facts: Python documentation, "dbm".
from dbm import _Database
@effect("db", sink="filename")
def open(filename, flags=..., mode=..., /) -> _Database: ...
