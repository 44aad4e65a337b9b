# Facts: SQLAlchemy documentation, "Dialects".
