# Facts: SQLAlchemy documentation, "Runtime Inspection API": inspecting a mapped class or object looks at memory only; an
# engine's Inspector reads the database when it is asked.
from sqlalchemy.engine import Inspector

def inspect(subject, raiseerr=...) -> Inspector: ...
