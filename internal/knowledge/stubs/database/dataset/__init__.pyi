# Facts: dataset documentation; without an address, that of DATABASE_URL.
from dataset.database import Database as Database
from dataset.table import Table as Table
@effect("db")
@effect("env")
def connect(url=..., schema=..., engine_kwargs=..., ensure_schema=..., row_type=..., sqlite_wal_mode=..., on_connect_statements=...) -> Database: ...
