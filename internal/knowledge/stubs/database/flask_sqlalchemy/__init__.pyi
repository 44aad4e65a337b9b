# Facts: Flask-SQLAlchemy documentation, "API".
from flask_sqlalchemy.extension import SQLAlchemy as SQLAlchemy
