# Facts: SQLAlchemy documentation, "Runtime Inspection API": inspecting an engine reads the catalogue of the database.
from sqlalchemy.engine import Inspector

@effect("db")
def inspect(subject, raiseerr=...) -> Inspector: ...
