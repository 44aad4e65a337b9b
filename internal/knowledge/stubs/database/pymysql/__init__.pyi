# Facts: PyMySQL documentation (10 seconds to connect; reads wait for ever unless read_timeout is set).
from pymysql.connections import Connection as Connection
from pymysql import cursors as cursors

@effect("db", timeout="connect_timeout", default_timeout=10)
def connect(*, connect_timeout=..., read_timeout=...) -> Connection: ...
