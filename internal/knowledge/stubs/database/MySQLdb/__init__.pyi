# Facts: mysqlclient documentation, "MySQLdb User's Guide".
from MySQLdb.connections import Connection as Connection

@effect("db", timeout="connect_timeout", default_timeout=None)
def connect(*args, **kwargs) -> Connection: ...
