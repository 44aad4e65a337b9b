# Facts: SQLAlchemy documentation, "Class Mapping API".
from sqlalchemy.sql.schema import MetaData as MetaData

@orm
class DeclarativeBase:
    metadata: MetaData
def declarative_base(*, metadata=..., mapper=..., cls=..., name=..., class_registry=..., type_annotation_map=..., constructor=..., metaclass=...) -> type[DeclarativeBase]: ...
