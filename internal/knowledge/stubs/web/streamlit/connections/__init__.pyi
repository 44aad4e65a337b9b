# Facts: Streamlit documentation, "Connections and databases".

class SQLConnection:
    @effect("db", sql="sql", sink="sql", taint="db")
    def query(self, sql, *, show_spinner=..., ttl=..., index_col=..., chunksize=..., params=..., **kwargs): ...
