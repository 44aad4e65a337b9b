# Facts: SQLAlchemy documentation, "Class Mapping API".
from sqlalchemy.orm.decl_api import declarative_base as declarative_base
