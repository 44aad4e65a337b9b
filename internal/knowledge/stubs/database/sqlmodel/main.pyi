# Facts: SQLModel documentation, "Create a Table with SQLModel".
from pydantic import BaseModel
from sqlalchemy.sql.schema import MetaData

@orm
@model
class SQLModel(BaseModel):
    metadata: MetaData
