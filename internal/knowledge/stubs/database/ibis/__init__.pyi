# Facts: Ibis documentation; an expression is computed when its result is asked for.
from ibis.backends import _Backend
from ibis.expr.types.relations import Table
duckdb: _Backend
postgres: _Backend
bigquery: _Backend
snowflake: _Backend
sqlite: _Backend
mysql: _Backend
clickhouse: _Backend
trino: _Backend
pyspark: _Backend
mssql: _Backend
polars: _Backend
datafusion: _Backend
athena: _Backend
oracle: _Backend
@effect("db")
def connect(resource, /, **kwargs) -> _Backend: ...
@effect("fs.read")
def read_csv(paths, /, *, table_name=..., **kwargs) -> Table: ...
@effect("fs.read")
def read_parquet(paths, /, *, table_name=..., **kwargs) -> Table: ...
@effect("fs.read")
def read_json(paths, /, *, table_name=..., **kwargs) -> Table: ...
def memtable(data, /, *, columns=..., schema=...) -> Table: ...
def desc(expr, /, *, nulls_first=...): ...
def literal(value, type=...): ...
