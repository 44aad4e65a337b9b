# Facts: Python documentation, "sqlite3". No effects.
