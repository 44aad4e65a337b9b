# Facts: Psycopg 2 documentation, "The psycopg2 module content" (libpq's connect_timeout; queries wait for ever).
from psycopg2.extensions import connection, cursor

@effect("db", timeout="connect_timeout", default_timeout=None)
def connect(dsn=..., connection_factory=..., cursor_factory=..., **kwargs) -> connection: ...
