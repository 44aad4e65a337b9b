# Facts: Flask-SQLAlchemy documentation, "API" and "Legacy Query Interface"; the object has the names of sqlalchemy and sqlalchemy.orm.
from flask_sqlalchemy.model import Model
from flask_sqlalchemy.pagination import Pagination
from flask_sqlalchemy.query import Query as _Query
from sqlalchemy import text as _text, select as _select, insert as _insert, update as _update, delete as _delete, inspect as _inspect
from sqlalchemy.engine import Engine
from sqlalchemy.orm.scoping import scoped_session
from sqlalchemy.sql.schema import MetaData, Table as _Table

class SQLAlchemy:
    Model: type[Model]
    Query: type[_Query]
    session: scoped_session
    metadata: MetaData
    metadatas: dict[str, MetaData]
    engine: Engine
    engines: dict[str, Engine]
    Table = _Table
    text = _text
    select = _select
    insert = _insert
    update = _update
    delete = _delete
    inspect = _inspect
    def __init__(self, app=..., *, metadata=..., session_options=..., query_class=..., model_class=..., engine_options=..., add_models_to_shell=..., disable_autonaming=...): ...
    def init_app(self, app): ...
    def get_engine(self, bind_key=..., **kwargs) -> Engine: ...
    @effect("db", taint="db")
    def get_or_404(self, entity: type[T], ident, *, description=..., **kwargs) -> T: ...
    @effect("db", sql="statement", sink="statement", taint="db")
    def first_or_404(self, statement, *, description=...): ...
    @effect("db", sql="statement", sink="statement", taint="db")
    def one_or_404(self, statement, *, description=...): ...
    @effect("db", taint="db")
    def paginate(self, select, *, page=..., per_page=..., max_per_page=..., error_out=..., count=...) -> Pagination: ...
    @effect("db.write")
    def create_all(self, bind_key=...): ...
    @effect("db.write")
    def drop_all(self, bind_key=...): ...
    @effect("db")
    def reflect(self, bind_key=...): ...
    def __getattr__(self, name) -> Any: ...
