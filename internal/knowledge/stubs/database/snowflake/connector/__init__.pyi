# Facts: Snowflake Connector for Python documentation, "Python Connector API" (60 seconds to log in, queries wait for ever).
from snowflake.connector.connection import SnowflakeConnection as SnowflakeConnection

@effect("db", timeout="login_timeout", default_timeout=60)
def connect(connection_name=..., connections_file_path=..., **kwargs) -> SnowflakeConnection: ...
