# Facts: Flask-SQLAlchemy documentation, "API".
from sqlalchemy.orm.session import Session as _Session

class Session(_Session):
    def __init__(self, db, **kwargs): ...
