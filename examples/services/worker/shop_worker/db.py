"""The connection every task uses."""

from sqlalchemy import create_engine
from sqlalchemy.orm import sessionmaker

from shop_worker import settings

engine = create_engine(settings.DATABASE_URL)
Session = sessionmaker(engine)

# fail early when the database is away
connection = engine.connect()
connection.close()
