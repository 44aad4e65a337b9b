# Facts: Snowflake Connector for Python documentation, "Using pandas DataFrames".

@effect("db.write")
def write_pandas(conn, df, table_name, database=..., schema=..., chunk_size=..., compression=..., on_error=..., **kwargs): ...
