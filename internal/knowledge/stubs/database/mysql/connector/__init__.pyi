# Facts: MySQL Connector/Python documentation (connection_timeout of 10 seconds).
from mysql.connector.abstracts import MySQLConnectionAbstract, MySQLCursorAbstract

@effect("db", timeout="connection_timeout", default_timeout=10)
def connect(*args, **kwargs) -> MySQLConnectionAbstract: ...
