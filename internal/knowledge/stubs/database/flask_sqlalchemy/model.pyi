# Facts: Flask-SQLAlchemy documentation, "Models and Tables" and "Legacy Query Interface".
from flask_sqlalchemy.query import Query
from sqlalchemy.sql.schema import MetaData

@orm
class Model:
    query: Query
    query_class: type[Query]
    metadata: MetaData
